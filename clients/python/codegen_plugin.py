"""A plugin of ariadne-codegen: enums accept values that newer servers add."""

import ast

from ariadne_codegen.plugins.base import Plugin
from graphql import GraphQLEnumType


class OpenEnumsPlugin(Plugin):
    """Derive the generated enums from `cluster_scheduler_client.open_enum.OpenEnum`."""

    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        """Replace the base classes `str` and `Enum`."""
        class_def.bases = [ast.Name("OpenEnum")]
        return class_def

    def generate_enums_module(self, module: ast.Module) -> ast.Module:
        """Replace the import of `Enum`."""
        is_enum = [
            isinstance(each, ast.ImportFrom) and each.module == "enum" for each in module.body
        ]
        module.body[is_enum.index(True)] = ast.ImportFrom(
            module="cluster_scheduler_client.open_enum", names=[ast.alias("OpenEnum")], level=0
        )
        return module

import type { CodegenConfig } from "@graphql-codegen/cli";

const text = { input: "string", output: "string" };

const config: CodegenConfig = {
  schema: "../../schema/schema.graphql",
  // The same operations as those of the Python client.
  documents: "../python/operations.graphql",
  generates: {
    "src/generated.ts": {
      // The plugin typescript-operations includes what the plugin typescript would repeat.
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        inlineFragmentTypes: "combine",
        // Servers may add values.
        futureProofEnums: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          // JSON numbers lose digits beyond 2^53.
          BigInt: { input: "string | number", output: "string" },
          Date: text,
          DateTime: text,
          JSON: "unknown",
          Time: text,
          UUID: text,
        },
      },
    },
  },
};

export default config;

"""How a GraphQL operation runs."""

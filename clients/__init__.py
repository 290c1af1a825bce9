"""The clients of the API, and what generates their code."""

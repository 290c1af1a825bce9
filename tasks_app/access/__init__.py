"""Who acts in a request, which rows that actor reaches, and how often it may ask."""

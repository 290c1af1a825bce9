"""The two busiest requests as one writes them by hand: a Django view, SQL and `json`."""

"""Worker nodes: what they show, and the mutations that control them."""

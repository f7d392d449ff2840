"""One module for each 申报 type."""

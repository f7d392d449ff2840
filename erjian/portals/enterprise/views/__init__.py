"""The pages, one module for each thing an operator does."""

"""The individual edition (个人版): what concerns me, what waits for my consent, my certificates, my own data."""

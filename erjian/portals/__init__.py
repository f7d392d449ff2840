"""Four front doors: public, person, enterprise, authority. Each is only addresses, views and templates."""

"""Looks at faces and ID cards for the platform, in a process and an environment of its own."""

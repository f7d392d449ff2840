"""What all portals show of a case, and how they answer refusals, so that no portal says it differently."""

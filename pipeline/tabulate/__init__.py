"""Counts and shares by year, source type and speaker: `series` makes them, `settings` says how."""

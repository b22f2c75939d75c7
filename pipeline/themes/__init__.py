"""How findings get their themes: the codebook's words, meaning, what was learned, and what is new."""

"""The sample corpus, its sources and the script that typesets it."""

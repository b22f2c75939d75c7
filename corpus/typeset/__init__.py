"""Typeset the sample corpus from the coded sources in corpus/text: `python -m corpus.typeset`."""

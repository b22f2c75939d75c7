"""Exchange: other people's formats, in and out."""

"""Words: the catalogue of phrases per language, the texts made of them, and how long they are as SMS."""

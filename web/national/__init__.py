"""The state of Japan as everybody may see it: what is in force where, since when and by which telegram."""

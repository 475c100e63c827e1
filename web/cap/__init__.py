"""CAP 1.2 (OASIS, ITU-T X.1303bis) for programs: every live alert as a document, and an Atom feed of them."""

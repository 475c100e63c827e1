"""The console's pages for what people send by hand: write, waiting, correct."""

"""The counter kit: posters and slips with a municipality's QR code, printed from the browser."""

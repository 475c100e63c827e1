"""Where prefectures lie, as tiles in twelve columns: a map that any browser shows as a table. Pure."""

COLUMNS = 12
#: prefecture -> (column, row), north up
_TILES = {
    "01": (10, 0), "02": (10, 1), "05": (9, 2), "03": (10, 2), "06": (9, 3), "04": (10, 3), "15": (9, 4), "07": (10, 4),
    "17": (6, 5), "16": (7, 5), "20": (8, 5), "10": (9, 5), "09": (10, 5), "08": (11, 5),
    "18": (6, 6), "21": (7, 6), "19": (8, 6), "11": (9, 6), "13": (10, 6), "12": (11, 6),
    "32": (2, 7), "31": (3, 7), "28": (4, 7), "26": (5, 7), "25": (6, 7), "23": (7, 7), "22": (8, 7), "14": (10, 7),
    "35": (1, 8), "34": (2, 8), "33": (3, 8), "27": (5, 8), "29": (6, 8), "24": (7, 8),
    "41": (0, 9), "40": (1, 9), "30": (6, 9), "42": (0, 10), "44": (1, 10), "38": (3, 10), "37": (4, 10),
    "43": (0, 11), "45": (1, 11), "39": (3, 11), "36": (4, 11), "46": (0, 12), "47": (0, 14),
}  # fmt: skip
_ROWS = 1 + max(row for _, row in _TILES.values())


def rows() -> list[list[str]]:
    """Prefecture codes from north to south and west to east; '' for the sea."""
    found = [[""] * COLUMNS for _ in range(_ROWS)]
    for code, (column, row) in _TILES.items():
        found[row][column] = code
    return found

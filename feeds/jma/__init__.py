"""JMA telegrams (気象庁防災情報XML): one reader per family, telegram in, reports out. Pure: no I/O, no clock."""

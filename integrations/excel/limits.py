"""How large a workbook may be. An upload is hostile until it is counted, so these hold before any parsing."""

MAX_BYTES = 10 * 1024 * 1024
"""The file as uploaded."""

MAX_ENTRIES = 1_000
"""Parts in the zip; an ordinary workbook has 10 to 50."""

MAX_UNPACKED = 64 * 1024 * 1024
"""All parts unpacked; 20,000 rows of 20 columns take about 16 MB."""

MAX_RATIO = 200
"""Unpacked to packed, for parts above `RATIO_FROM`; spreadsheets of repeated rows stay below 100."""

RATIO_FROM = 1024 * 1024

MAX_ROWS = 20_000
"""Data rows a sheet at most; a declaration may say fewer."""

MAX_COLUMNS = 256
"""Columns in use; a stray cell far to the right would make the parser allocate the whole rectangle."""

MAX_MERGES = 10_000
"""Merged ranges a sheet; each is walked, so their number is limited too."""

MAX_CELL_TEXT = 32_767
"""Excel's own limit of characters in one cell."""

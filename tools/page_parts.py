"""Fill in the parts of a page that a program writes, between `<!-- part -->` and `<!-- until here -->`."""

END = "<!-- until here -->\n"


def filled(page: str, part: str, text: str) -> str:
    """Return *page* with *text* in place of its *part*.

    Raises:
        ValueError: the page has no such part.
    """
    begin = f"<!-- {part} -->\n"
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"the page has no part from {begin.strip()} to {END.strip()}")
    return f"{before}{begin}\n{text}\n\n{END}{after}"


def row(*cells: str) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cell.replace('|', '\\|') for cell in cells)} |"

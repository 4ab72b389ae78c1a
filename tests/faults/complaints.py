"""What a run complains of."""


def only_line(ran):
    """The one line on stderr."""
    assert "Traceback" not in ran.err
    [line] = ran.err.splitlines()
    return line


def error_line(ran):
    """The one complaint on stderr, besides the summary."""
    assert "Traceback" not in ran.err
    [line] = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    return line

"""A command line that cannot be read: one sentence, as every other failure, and the exit code 2."""

import pytest

from hansa.cli.program import run


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("bisness", "There is no command `hansa bisness` (did you mean business?); see `hansa --help`."),
        (
            "business shw",
            "There is no command `hansa business shw` (did you mean show?); see `hansa business --help`.",
        ),
        ("up --prot 1", "`hansa up` has no option --prot (did you mean --port?); see `hansa up --help`."),
        ("up --port", "--port needs a value; see `hansa up --help`."),
        ("up --port many", "--port is 'many', but must be a whole number; see `hansa up --help`."),
        ("up --port 1 --port 2", "--port is said twice; see `hansa up --help`."),
        ("up --demo=maybe", "--demo is 'maybe', but must be true or false; see `hansa up --help`."),
        ("business show", "`hansa business show` needs PATH; see `hansa business show --help`."),
        ("points a b", "`hansa points` takes no 'b'; see `hansa points --help`."),
        (
            "report tea --language de",
            "--language is 'de', but must be one of en, zh; see `hansa report --help`.",
        ),
        ("--debug=x points", "--debug is 'x', but must be true or false; see `hansa --help`."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(line, sentence, capsys):
    assert run(line.split()) == 2

    told = capsys.readouterr()
    assert told.err == f"hansa: {sentence}\n"
    assert told.out == ""


@pytest.mark.parametrize("digits", ["\uff18\uff10\uff10\uff10", "0x50", "8_000", "8000.7", "", "1" * 19])
@pytest.mark.parametrize(
    "option", ["up --port", "serve --processes", "events parked --limit", "business usage tea --hours"]
)
def test_a_number_is_written_in_plain_digits(option, digits, capsys):
    *command, name = option.split()

    assert run([*command, name, digits]) == 2

    assert capsys.readouterr().err.startswith(f"hansa: {name} is {digits!r}, but must be a whole number")


@pytest.mark.parametrize("limit", ["0", "1001", "-1"])
def test_a_number_has_bounds(limit, capsys):
    assert run(["events", "parked", "--limit", limit]) == 2

    sentence = f"--limit is {limit!r}, but must be a whole number from 1 to 1000"
    assert capsys.readouterr().err == f"hansa: {sentence}; see `hansa events parked --help`.\n"

"""The command ``livelihood-map``: the one error boundary, the one place logging is set up.

Errors that a user can mend and faults of the machine are printed plainly with exit code 1, usage
errors with 2; anything else is a mistake of ours and shows its traceback.
"""

from __future__ import annotations

import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from livelihood_map import __version__
from livelihood_map.core.crew import crew, processors
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.faults import keep_trace, problem_of
from livelihood_map.core.labels import LANGS, Lang, current_lang, has_label, label, use_lang
from livelihood_map.load.files.limited import limited_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from livelihood_map.core.settings import Settings

EXIT_ERROR: Final = 1
EXIT_USAGE: Final = 2
LANG_VARIABLE: Final = "LIVELIHOOD_MAP_LANG"


# ---- commands: each imports what it needs when it runs, so that --help answers at once ----


def _demo(folder: Path, lang: Lang | None, maps: Path | None) -> None:
    """Copy the demonstration district to `folder` and do the main job on it."""
    from livelihood_map import pipeline

    settings_path = pipeline.write_example(folder, is_demo=True)
    _on_settings(_run)(str(settings_path), lang, maps=maps)


def _init(folder: Path, lang: Lang | None) -> None:
    """Write a commented settings file and empty registers to start from."""
    from livelihood_map import pipeline

    path = pipeline.write_example(folder, is_demo=False)
    click.echo(label("cli.init_done", lang, path=path))


def _fetch(place: str, path: Path, lang: Lang | None, **services: Any) -> None:  # noqa: ANN401
    """Get the streets of a place from OpenStreetMap."""
    from livelihood_map.load.osm.streets import fetch_streets

    written = fetch_streets(place, path, **services)
    click.echo(label("cli.fetch_done", lang, path=written))


def _serve(
    folder: Path, lang: Lang | None, host: str | None, port: int | None, *, is_quiet: bool
) -> None:
    """Serve the office program on this computer."""
    from livelihood_map.core.errors import SettingsError

    del lang
    try:
        from livelihood_map.office.serving import LOOPBACK, serve
    except ModuleNotFoundError as error:
        raise SettingsError("cli.office_missing", part=error.name) from error
    serve(folder, host=host or LOOPBACK, port=port or 0, is_opened=not is_quiet, say=click.echo)


def _replay(path: Path, lang: Lang | None) -> None:
    """Compute a recorded run once more."""
    from livelihood_map.commands.replay import replay

    with use_lang(lang or current_lang()):
        _say(replay(path))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _inspect(path: Path, lang: Lang | None, section: str | None, towns: str | None) -> None:
    """Say what a register holds and print settings to paste."""
    from livelihood_map.load.inspect import inspect_file

    del lang
    finder = None
    if towns is not None:
        from livelihood_map.core.crs import centre_lon, metric_crs
        from livelihood_map.core.settings import TownSource
        from livelihood_map.load.location.town_lookup import TownFinder
        from livelihood_map.load.towns import load_towns

        table = load_towns(TownSource(path=towns), base=Path())
        finder = TownFinder(table, crs=metric_crs("auto", centre_lon=centre_lon(table)))
    _say(inspect_file(path, section=section or "facilities", finder=finder).lines())


def _tables(lang: Lang | None) -> None:
    """Print the data dictionary."""
    from livelihood_map.core.schema import data_dictionary
    from livelihood_map.core.tables import SCHEMAS

    del lang
    click.echo(data_dictionary(SCHEMAS).to_string(index=False))


def _on_settings(act: Callable[..., Iterable[str]]) -> Callable[..., None]:
    """Return the command that acts on settings, in their language, and says what came of it."""

    def command(settings_path: str, lang: Lang | None, **arguments: Any) -> None:  # noqa: ANN401
        from livelihood_map.core.settings import load_settings

        settings = load_settings(settings_path, lang=lang)
        with use_lang(settings.run.lang):
            _say(act(settings, **arguments))

    return command


_ONLY: Final = {"maps": "mapping", "reports": "report"}
"""Stages that can be asked for alone, by the words for them."""


def _run(
    settings: Settings,
    first: str | None = None,
    last: str | None = None,
    only: str | None = None,
    maps: Path | None = None,
    memory: float | None = None,
    what_if: Path | None = None,
    output: Path | None = None,
) -> list[str]:
    """Do the main job, or try changes out beside it."""
    from livelihood_map import pipeline

    settings = pipeline.set_aside(settings, what_if, output)
    work = pipeline.run(
        settings,
        first=first,
        last=last or pipeline.STAGES[-1],
        only=only and _ONLY[only],
        maps=maps,
        memory_gb=memory,
    )
    return pipeline.summarise(work)


def _batch(
    path: Path,
    lang: Lang | None,
    workers: int,
    memory: float | None,
    scheduler: str | None,
) -> None:
    """Run many districts and put their results together."""
    from livelihood_map.commands.batch import batch

    with use_lang(lang or current_lang()):
        _say(
            batch(
                path,
                tell=click.echo,
                lang=lang,
                workers_n=workers,
                memory_gb=memory,
                scheduler=scheduler or None,
            )
        )


def _back(settings: Settings) -> list[str]:
    """Put the run before in its place again."""
    from livelihood_map.commands.replay import go_back

    return go_back(settings)


def _review(settings: Settings, path: Path, **folders: Path | None) -> list[str]:
    """Read the towns' review back and solve again."""
    from livelihood_map.commands.review import review

    return review(settings, path, **folders)


QUESTIONS: Final = (
    "progress",
    "phases",
    "schedule",
    "layout",
    "demonstration",
    "centres",
    "mix",
    "delivery",
    "survey",
)
"""Questions of the year's plan; those of `commands.yearly`, named here so that help stays quick."""

GROUPS: Final = {
    "start": ("serve", "demo", "init", "fetch"),
    "inputs": ("inspect", "check", "network", "edits", "tables"),
    "run": ("run", "batch", "areas", "route", "stability", "back", "replay"),
    "towns": ("review", "compare"),
    "year": (*QUESTIONS, "survey-read"),
}
"""Commands by what they are for, in the order of the help."""


def _ask(settings: Settings, question: str, **arguments: Any) -> list[str]:  # noqa: ANN401
    """Answer a question that is asked of a run."""
    from livelihood_map import commands

    return commands.ask(settings, question, **arguments)


# ---- how the commands look on the command line ----


def _commands() -> list[click.Command]:
    """Return the commands with their help in the current language."""
    return [
        _command(
            "demo",
            _demo,
            _argument("folder", "DIR", type=Path, default="demo", required=False),
            _option("maps", "DIR", type=_path),
        ),
        _command("init", _init, _argument("folder", "DIR", type=Path)),
        _command(
            "fetch",
            _fetch,
            _argument("place", "PLACE"),
            _argument("path", "FILE", type=Path),
            _option("endpoint", "URL"),
            _option("geocoder", "URL"),
        ),
        _command(
            "serve",
            _serve,
            _argument(
                "folder",
                "PROJECTS",
                type=Path,
                default=Path.home() / "livelihood-map",
                required=False,
            ),
            _option("host", "ADDRESS"),
            _option("port", "NUMBER", type=click.IntRange(1, 65_535)),
            _option("is_quiet", flag="--no-browser"),
        ),
        _question("check"),
        _command(
            "inspect",
            _inspect,
            _argument("path", "FILE", type=Path),
            _option("section", "WHAT", flag="--as"),
            _option("towns", "FILE"),
        ),
        _settings_command(
            "run",
            _run,
            _option("first", "STAGE", flag="--from"),
            _option("last", "STAGE", flag="--to"),
            _option("only", "WHAT", type=click.Choice([*_ONLY])),
            _option("maps", "DIR", type=_path),
            _option("memory", "SIZE", type=_gigabytes),
            _option("what_if", "FILE", type=_path),
            _option("output", "DIR", flag="--out", type=_path),
        ),
        _command(
            "batch",
            _batch,
            _argument("path", "DISTRICTS", type=Path),
            _option("workers", "N", type=click.IntRange(min=1), default=processors()),
            _option("memory", "SIZE", type=_gigabytes, told="memory_each"),
            _option("scheduler", "ADDRESS"),
        ),
        _settings_command(
            "review",
            _review,
            _argument("path", "FILE", type=Path),
            _option("plan", "DIR", type=_path),
            _option("output", "DIR", flag="--out", type=_path),
        ),
        _question("stability"),
        _question("network"),
        _question("areas", _option("kind", "KIND"), _option("is_each", flag="--each")),
        _question(
            "edits",
            _argument("path", "FILE", type=Path),
            _option("has_sites", flag="--with-sites"),
        ),
        _question(
            "route",
            _argument("start", "FROM"),
            _option("kind", "KIND"),
            _option("to", "NAME", flag="--outlet"),
        ),
        *map(_question, QUESTIONS),
        _question("survey-read", _argument("folder", "DIR", type=Path)),
        _question("compare", _argument("other", "OTHER", type=Path)),
        _settings_command("back", _back),
        _command("replay", _replay, _argument("path", "RECORD", type=Path)),
        _command("tables", _tables),
    ]


def _question(name: str, *parameters: click.Parameter) -> click.Command:
    """Return the command that asks a question of a run."""
    return _settings_command(name, partial(_ask, question=name), *parameters)


def _settings_command(
    name: str, act: Callable[..., Iterable[str]], *parameters: click.Parameter
) -> click.Command:
    """Return the command that acts on settings, its first argument."""
    settings = _argument("settings_path", "SETTINGS")
    return _command(name, _on_settings(act), settings, *parameters)


def _path(text: str) -> Path | None:
    """Return the path that an option gives; an empty one is as none."""
    return Path(text) if text else None


def _gigabytes(text: str) -> float:
    """Return the GB of a size such as ``4GB``, ``4 g`` or ``500MB``; ValueError for others."""
    number, unit = text.strip().lower().removesuffix("b"), 1.0
    if number.endswith("m"):
        unit = 0.001
    return float(number.rstrip("mg")) * unit


def _argument(name: str, metavar: str, **attributes: Any) -> click.Argument:  # noqa: ANN401
    return click.Argument(
        [name], metavar=metavar, help=label(f"cli.argument_{metavar.lower()}"), **attributes
    )


def _option(
    name: str,
    metavar: str | None = None,
    *,
    flag: str | None = None,
    told: str = "",
    **attributes: Any,  # noqa: ANN401
) -> click.Option:
    """Return an option with its help, by its flag or `told`; without a metavar on or off."""
    flag = flag or f"--{name.replace('_', '-')}"
    text = label(f"cli.option_{told or flag.strip('-').replace('-', '_')}")
    is_flag = metavar is None
    return click.Option([flag, name], metavar=metavar, is_flag=is_flag, help=text, **attributes)


class _Command(click.Command):
    """A command whose help is headed in the current language."""

    def format_usage(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(context))
        formatter.write_usage(context.command_path, pieces, prefix=label("cli.usage") + " ")

    def format_arguments(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments."""
        self._write_section("cli.arguments", click.Argument, context, formatter)

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        self._write_section("cli.options", click.Option, context, formatter)
        if isinstance(self, click.Group):
            self.format_commands(context, formatter)

    def _write_section(
        self,
        heading: str,
        kind: type[click.Parameter],
        context: click.Context,
        formatter: click.HelpFormatter,
    ) -> None:
        wanted = [p for p in self.get_params(context) if isinstance(p, kind)]
        rows = [row for p in wanted if (row := p.get_help_record(context))]
        if rows:
            with formatter.section(label(heading)):
                formatter.write_dl(rows)

    def get_help_option(self, context: click.Context) -> click.Option | None:
        """Return ``--help`` with its text in the current language."""
        option = super().get_help_option(context)
        if option is not None:
            option.help = label("cli.option_help")
        return option


class _Group(_Command, click.Group):
    """The group whose help is headed in the current language."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in groups, every one in one of them."""
        del context
        for group, names in GROUPS.items():
            with formatter.section(label(f"cli.commands_{group}")):
                formatter.write_dl([(name, self.commands[name].help or "") for name in names])


def _command(
    name: str, callback: Callable[..., None], *parameters: click.Parameter
) -> click.Command:
    unpassed = partial(click.Option, expose_value=False)  # `main` reads these words itself
    common = [
        click.Option(["--lang"], type=click.Choice(LANGS), help=label("cli.option_lang")),
        unpassed(["-v", "--verbose"], count=True, help=label("cli.option_verbose")),
        unpassed(["-q", "--quiet"], is_flag=True, help=label("cli.option_quiet")),
        unpassed(["--debug"], is_flag=True, help=label("cli.option_debug")),
    ]
    text = label(f"cli.help_{name.replace('-', '_')}")
    return _Command(name, callback=callback, params=[*parameters, *common], help=text)


def build_cli() -> click.Group:
    """Return the command with its help in the current language."""
    version = click.version_option(
        __version__, message="livelihood-map %(version)s", help=label("cli.option_version")
    )
    lang = click.Option(
        ["--lang"],
        type=click.Choice(LANGS),
        expose_value=False,
        callback=_pass_lang_on,
        help=label("cli.option_lang"),
    )
    commands, text = _commands(), label("cli.help")
    return version(_Group("livelihood-map", commands=commands, params=[lang], help=text))


def _pass_lang_on(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Let the language before a command's name be that of the command."""
    if value and isinstance(context.command, click.Group):
        context.default_map = {name: {"lang": value} for name in context.command.commands}


def _wished_lang(arguments: Sequence[str]) -> Lang:
    """Return the language on the command line, else of the environment, else Chinese."""
    words = list(arguments)
    wished = os.environ.get(LANG_VARIABLE, "zh")
    for position, word in enumerate(words):
        if word == "--lang" and position + 1 < len(words):
            wished = words[position + 1]
        elif word.startswith("--lang="):
            wished = word.partition("=")[2]
    return "en" if wished == "en" else "zh"


def _usage_message(error: click.UsageError) -> str:
    """Return what is wrong with the command line, in the current language."""
    key = f"cli.usage_{type(error).__name__}"
    return label(
        key if has_label(key) else "cli.usage_other",
        name=_parameter_name(error),
        option=getattr(error, "option_name", ""),
        detail=error.format_message(),
    )


def _error_message(error: Exception, words: Sequence[str]) -> str | None:
    """Return an error in plain words; None for a mistake of ours."""
    if isinstance(error, LivelihoodMapError):
        return error.text()
    problem = problem_of(error)
    if problem is None:
        return None
    path = keep_trace(error, heading=" ".join(["livelihood-map", __version__, *words]))
    key = "cli.trace_lost" if path is None else "cli.trace_kept"
    return label(key, text=problem.text(), path=path)


def _parameter_name(error: click.UsageError) -> str:
    """Return the parameter that an error speaks of, as the user typed it."""
    parameter: click.Parameter | None = getattr(error, "param", None)
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    if parameter is None or error.ctx is None:
        return ""
    return parameter.make_metavar(error.ctx)


def _configure_logging(arguments: Sequence[str]) -> None:
    """Log to the error stream: warnings by default, stages with -v, all with -vv."""
    verbose = sum(word.count("v") for word in arguments if word.strip("v") == "-")
    verbose += arguments.count("--verbose")
    level = [logging.WARNING, logging.INFO, logging.DEBUG][min(verbose, 2)]
    if "-q" in arguments or "--quiet" in arguments:
        level = logging.ERROR
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("livelihood_map").setLevel(level)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of one call of the command.

    Parameters
    ----------
    arguments
        Words after the command's name; those of this process when None.

    Raises
    ------
    Exception
        Anything that is a mistake of ours, with its traceback.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _speak_utf8()
    _configure_logging(words)
    lang = _wished_lang(words)
    with use_lang(lang), limited_reading(), crew():
        try:
            code = build_cli().main(words, prog_name="livelihood-map", standalone_mode=False)
        except click.UsageError as error:
            click.echo(_usage_message(error), err=True)
            return EXIT_USAGE
        except (click.Abort, KeyboardInterrupt) as error:
            if isinstance(error.__cause__, EOFError):  # of a file; click takes it for a keyboard's
                raise error.__cause__ from None
            click.echo(label("cli.aborted"), err=True)
            return EXIT_ERROR
        except Exception as error:
            said = None if "--debug" in words else _error_message(error, words)
            if said is None:
                raise
            click.echo(label("cli.error", text=said), err=True)
            return EXIT_ERROR
    return code if isinstance(code, int) else 0


def _speak_utf8() -> None:
    """Write UTF-8 even where the console's code page cannot show every character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())

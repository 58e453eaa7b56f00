"""The page: controls at the left, figures at the right, the command below them."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable
from html import escape
from typing import Any

import panel as pn

from darkfactory.errors import DarkfactoryError
from darkfactory.explorer.answer import Answer, Answers, download, tables
from darkfactory.explorer.controls import Control, controls, phased, start_cl
from darkfactory.explorer.latest import Latest
from darkfactory.explorer.offers import Offers
from darkfactory.explorer.request import Request, lines_of
from darkfactory.explorer.views import view_of
from darkfactory.figures.search_reach import SCANNED, channel_of
from darkfactory.models import CHIRALITIES
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import SEARCHES, find_search

__all__ = ["Page"]

TITLE = "darkfactory explore"
VIEWS = ("reach", "spectrum", "reach")
"""What each tab shows: the table is that of the reach."""
ENDINGS = ("png", "pdf", "csv", "json")
OWN = "C_V, C_A"
"""Choice of couplings by mixing and phase."""
LEFT, INNER = 340, 300
MARGIN = (3, 10)
OF_SEARCH = "that of the search"
READABLE = "textarea[disabled]{color:#222 !important;-webkit-text-fill-color:#222;opacity:1;cursor:text}"
WAITING = "computing; the first figure of a search takes some seconds ..."
PICTURE = "max-width:100%;max-height:calc(100vh - 240px);min-height:300px"
SMALL = "font-size:11px;color:#666;line-height:1.25"
CELLS = "<style>td,th{padding:1px 10px 1px 0;text-align:left}</style>"
COPY = "navigator.clipboard.writeText(source.value)"


class Page:
    """One page in one browser.

    Parameters
    ----------
    offers : Offers
        What can be chosen.
    answers : Answers
        What answers requests.
    """

    def __init__(self, offers: Offers, answers: Answers) -> None:
        self._offers, self._building = offers, False
        self._document = pn.state.curdoc
        self._latest: Latest[Request, Answer] = Latest(answers, self._deliver)
        self._answers: dict[str, Answer] = {}
        self._asked: Request | None = None
        self._make_choices()
        self._make_right()
        self._fill(masses_too=True)
        self.root = pn.Row(
            pn.Column(*self._left(), width=LEFT, styles={"overflow-y": "auto", "height": "calc(100vh - 24px)"}),
            self._right,
            sizing_mode="stretch_width",
            styles={"font-family": "sans-serif"},
        )
        self._ask()

    def close(self) -> None:
        """End what computes for it."""
        self._latest.close()

    def _make_choices(self) -> None:
        """What stays when the search changes."""
        wide: Any = {"width": INNER, "margin": MARGIN}
        self._beginning = pn.widgets.Select(name="begin with", options=["", *self._offers.beginnings], **wide)
        self._search = pn.widgets.Select(name="search", options=list(SEARCHES), css_classes=["search"], **wide)
        self._experiment = pn.widgets.Select(name="experiment", css_classes=["experiment"], **wide)
        self._model = pn.widgets.Select(name="model", css_classes=["model"], **wide)
        self._coupling = pn.widgets.Select(name="coupling", **wide)
        self._range = pn.widgets.RangeSlider(name="masses [MeV]", css_classes=["masses"], **wide)
        self._masses = pn.widgets.TextInput(name="START:STOP:N, or a list", css_classes=["mass-list"], **wide)
        self._mass = pn.widgets.FloatSlider(name="mass of the spectrum [MeV]", css_classes=["mass"], **wide)
        self._chirality = pn.widgets.Select(
            name="couplings", options=[*CHIRALITIES, OWN], css_classes=["chirality"], **wide
        )
        self._mixing = pn.widgets.FloatSlider(
            name="mixing: C_A / C_V = tan [degree]", start=0, end=90, step=1, value=45, **wide
        )
        self._phase = pn.widgets.FloatSlider(
            name="phase of C_A to C_V [degree]", start=-180, end=180, step=5, value=0, css_classes=["phase"], **wide
        )
        self._method = pn.widgets.Select(name="method", **wide)
        self._level = pn.Column(width=INNER)
        self._settings = pn.Column(width=INNER)
        self._lines = pn.widgets.TextAreaInput(
            name="more settings, KEY=VALUE, one a line", rows=3, css_classes=["lines"], **wide
        )
        self._controls: dict[str, tuple[Control, Any]] = {}
        self._cl: tuple[Control, Any] | None = None
        for widget in (self._search, self._experiment, self._model):
            widget.param.watch(self._refill, "value")
        self._beginning.param.watch(self._begin, "value")
        self._range.param.watch(self._move_range, "value")
        self._chirality.param.watch(self._show_phase, "value")
        for widget in (self._coupling, self._masses, self._mass, self._chirality, self._mixing, self._phase):
            widget.param.watch(self._ask, "value")
        for widget in (self._method, self._lines):
            widget.param.watch(self._ask, "value")

    def _left(self) -> list[Any]:
        head = pn.pane.HTML(f"<b>{TITLE}</b> {escape(self._offers.title)}", width=INNER)
        chosen = [self._search, self._experiment, self._model, self._coupling]
        begin = [self._beginning] if self._offers.beginnings else []
        pair = [self._chirality, self._mixing, self._phase]
        rest = [self._settings, self._level, self._method, self._lines]
        return [head, *begin, *chosen, self._range, self._masses, self._mass, *pair, *rest]

    def _make_right(self) -> None:
        """Figures, files, command, notes."""
        self._message = pn.pane.HTML("", css_classes=["message"], visible=False, sizing_mode="stretch_width")
        self._headline = pn.pane.HTML("", css_classes=["headline"], sizing_mode="stretch_width")
        self._panes = [
            pn.pane.HTML(WAITING, sizing_mode="stretch_width", css_classes=[name])
            for name in ("reach", "spectrum", "table")
        ]
        self._tabs = pn.Tabs(
            *zip(("Reach", "Spectrum", "Table"), self._panes, strict=True), sizing_mode="stretch_width"
        )
        self._tabs.param.watch(self._ask, "active")
        self._files = [
            pn.widgets.FileDownload(
                label=ending.upper(),
                filename=f"figure.{ending}",
                callback=functools.partial(self._file, ending),
                css_classes=[f"file-{ending}"],
                width=80,
            )
            for ending in ENDINGS
        ]
        self._command = pn.widgets.TextAreaInput(
            name="the same figure from the command line",
            disabled=True,
            stylesheets=[READABLE],
            auto_grow=True,
            css_classes=["command"],
            sizing_mode="stretch_width",
        )
        copy = pn.widgets.Button(name="copy", width=70, css_classes=["copy"], align="end")
        copy.js_on_click(args={"source": self._command}, code=COPY)
        self._time = pn.pane.HTML("", css_classes=["time"], align="center")
        self._notes = pn.pane.HTML("", css_classes=["notes"], sizing_mode="stretch_width")
        self._right = pn.Column(
            self._message,
            self._headline,
            self._tabs,
            pn.Row(*self._files, self._time),
            pn.Row(self._command, copy, sizing_mode="stretch_width"),
            self._notes,
            sizing_mode="stretch_width",
            max_width=1400,
        )

    def _refill(self, *events: Any) -> None:
        """Another search, experiment or model: other controls."""
        if not self._building:
            self._fill(masses_too=events[0].obj is not self._model)
            self._ask()

    def _fill(self, masses_too: bool) -> None:
        """Controls of the chosen search, experiment and model, at what holds for them."""
        self._building = True
        try:
            strategy = find_search(self._search.value)
            cards = self._offers.experiments(strategy.name)
            _choose(self._experiment, cards)
            _choose(self._model, list(strategy.models))
            couplings = [name for name in strategy.couplings if name in SCANNED.get(self._model.value, ())]
            _choose(self._coupling, couplings)
            self._coupling.visible = len(couplings) > 1
            lfv = self._model.value == "lfv-alp"
            self._chirality.visible = lfv
            self._show_phase()
            view = view_of(strategy.name, channel_of(strategy, self._experiment.value, {}) if lfv else "")
            if masses_too:
                low, high, end = view.masses
                self._range.param.update(start=0.0, end=end, step=1.0, value=(low, high))
                self._masses.value = view.range
                self._mass.param.update(start=0.0, end=end, step=0.5 if end < 500 else 5.0, value=view.mass)
            card = load_experiment(self._experiment.value)
            made = controls(strategy.name, card, self._model.value, self._coupling.value or "", view.keys, view.quick)
            self._controls = {one.key: (one, self._widget(one, view.quick.get(one.key))) for one in made}
            self._settings.objects = [part for one, widget in self._controls.values() for part in _shown(one, widget)]
            level = start_cl(strategy.name, self._experiment.value)
            self._cl = level, self._widget(level)
            self._level.objects = _shown(*self._cl)
            _choose(self._method, {OF_SEARCH: "", **{name: name for name in strategy.methods}}, keep=False)
        finally:
            self._building = False

    def _widget(self, control: Control, value: str | None = None) -> Any:
        """Widget of a control."""
        same: Any = {
            "name": control.label,
            "width": INNER,
            "css_classes": [control.key.replace(".", "-").replace(" ", "-")],
        }
        start = control.start if value is None else value
        if control.kind == "slider":
            steps = sorted({*control.values, start}, key=float)
            made = pn.widgets.DiscreteSlider(options={text: text for text in steps}, value=start, **same)
        elif control.kind == "choice":
            made = pn.widgets.Select(options=list(control.values), value=start, **same)
        else:
            made = pn.widgets.TextInput(value=start, **same)
        made.param.watch(self._ask, "value")
        return made

    def _show_phase(self, *events: Any) -> None:
        """Mixing and phase are there for couplings of one's own."""
        for widget in (self._mixing, self._phase):
            widget.visible = self._chirality.visible and self._chirality.value == OWN

    def _move_range(self, *events: Any) -> None:
        """The list of masses follows the slider: as many as before."""
        if self._building:
            return
        low, high = self._range.value
        rest = self._masses.value.split(":")[2:] or ["11"]
        self._masses.value = ":".join((f"{low:g}", f"{high:g}", *rest))

    def _begin(self, *events: Any) -> None:
        """Begin with a reach of the study."""
        if not self._beginning.value:
            return
        begun = self._offers.beginnings[self._beginning.value]
        self._building = True
        try:
            self._search.value = begun.search
            self._experiment.options = self._offers.experiments(begun.search) | {begun.experiment: begun.experiment}
            self._experiment.value = begun.experiment
            self._fill(masses_too=True)
            self._building = True
            if begun.model:
                self._model.value = begun.model
                self._fill(masses_too=False)
                self._building = True
            self._masses.value = begun.mass
            self._lines.value = "\n".join(f"{key}={value}" for key, value in begun.settings)
            self._method.value = begun.method if begun.method in self._method.options.values() else ""
            if begun.cl and self._cl is not None and begun.cl in self._cl[0].values:
                self._cl[1].value = begun.cl
        finally:
            self._building = False
        self._ask()

    def request(self) -> Request:
        """What the controls ask for; raises for lines that are no settings."""
        strategy = find_search(self._search.value)
        view = VIEWS[self._tabs.active]
        given: dict[str, str] = {}
        if self._model.value == "lfv-alp" and self._chirality.value != next(iter(CHIRALITIES)):
            own = self._chirality.value == OWN
            given |= (
                phased(self._mixing.value, self._phase.value) if own else {"model.chirality": self._chirality.value}
            )
        given |= {key: widget.value for key, (one, widget) in self._controls.items() if widget.value != one.start}
        given |= lines_of(self._lines.value)
        assert self._cl is not None
        level, slider = self._cl
        return Request(
            view,
            strategy.name,
            self._experiment.value,
            self._masses.value if view == "reach" else f"{self._mass.value:g}",
            model="" if self._model.value == strategy.models[0] else self._model.value,
            coupling="" if self._coupling.value == next(iter(self._coupling.options), None) else self._coupling.value,
            method=self._method.value,
            cl="" if slider.value == level.start else slider.value,
            settings=tuple((key, value.strip()) for key, value in given.items() if value.strip()),
        )

    def _ask(self, *events: Any) -> None:
        """Ask for what the controls say now."""
        if self._building:
            return
        try:
            self._asked = self.request()
        except DarkfactoryError as mistake:
            self._say(str(mistake))
            return
        self._time.object = _said("computing ...")
        before = self._answers.get(self._asked.view)
        if before is not None and before.request.search != self._asked.search:
            self._panes[self._tabs.active].object = WAITING  # what stands there is of another search
        self._latest.ask(self._asked)

    def _deliver(self, answer: Answer) -> None:
        """Called by the thread that computes: the page is changed in its own."""
        self._document.add_next_tick_callback(functools.partial(self._show_whole, answer))

    def _show_whole(self, answer: Answer) -> None:
        """Show an answer in one message to the browser: numbers never stand beside the command of others."""
        with pn.io.hold(self._document):
            self.show(answer)

    def show(self, answer: Answer) -> None:
        """Show an answer."""
        self._say(answer.message)
        if answer.request == self._asked:
            self._time.object = _said(f"{answer.seconds:.2f} s")
        if answer.figure is None:
            return
        view = answer.request.view
        self._answers[view] = answer
        picture = base64.b64encode(answer.drawing.encode()).decode()
        image = (
            f'<img style="width:100%" alt="{escape(answer.figure.title)}" src="data:image/svg+xml;base64,{picture}">'
        )
        self._panes[VIEWS.index(view)].object = image
        if view == "reach" and self._tabs.active == 2:
            self._panes[2].object = f'{CELLS}<div style="overflow-x:auto;font-size:12px">{tables(answer.figure)}</div>'
        self._headline.object = f"<b>{escape(answer.headline)}</b>"
        self._command.value = answer.command
        lines = "".join(f"<li>{escape(note)}</li>" for note in answer.notes)
        self._notes.object = f'<ul style="{SMALL};overflow-wrap:anywhere">{lines}</ul>'
        for file, ending in zip(self._files, ENDINGS, strict=True):
            file.filename = f"{answer.figure.name}.{ending}"

    def _say(self, message: str) -> None:
        """Show a mistake, or that there is none."""
        style = "background:#fdecea;border-left:4px solid #b00020;padding:6px 10px;white-space:pre-wrap"
        self._message.object = f'<div class="mistake" style="{style}">{escape(message)}</div>' if message else ""
        self._message.visible = bool(message)
        if message:
            self._time.object = ""

    def _file(self, ending: str) -> Any:
        """File of what is looked at."""
        answer = self._answers.get(VIEWS[self._tabs.active])
        return None if answer is None or answer.figure is None else download(answer.figure, ending)


def _said(text: str) -> str:
    return f'<span class="said" style="{SMALL}">{text}</span>'


def _choose(widget: Any, options: Any, keep: bool = True) -> None:
    """Offer other options, and keep the choice if it is among them."""
    values = list(options.values()) if isinstance(options, dict) else list(options)
    value = widget.value if keep and widget.value in values else next(iter(values), None)
    widget.param.update(options=options, value=value)


def _shown(control: Control, widget: Any) -> list[Any]:
    """A widget and what a reader must know of it."""
    text = f"{control.key}: {control.start or 'not set'}, {control.origin}"
    about = f'<div title="{escape(control.help)}" style="{SMALL}">{escape(text)}</div>'
    return [widget, pn.pane.HTML(about, width=INNER, margin=(-5 if control.kind == "slider" else 0, 10, 3, 10))]


def application(offers: Offers, answers: Answers) -> Callable[[], Any]:
    """Function that makes a page for every browser that comes."""

    def made() -> Any:
        page = Page(offers, answers)
        pn.state.on_session_destroyed(lambda context: page.close())
        return page.root

    return made

"""Who says so: the person or body that each statement is attributed to, carried through quotations and pronouns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from pipeline.segment.attribution import QUOTED, Source, attribution
from pipeline.segment.cutting import Unit
from pipeline.segment.names import CAPITAL, NAME, TITLE, TWO_CAPITALS, Names, is_person, is_titled, tidy

_TURN = re.compile(
    r"(?:Q\d+\.?\s+)?(?:The\s+)?(?P<name>(?:[A-Z][\w.’'-]*,?\s?(?:(?:of|for|and|the)\s+){0,2}){1,8}?)"
    r"(?P<brackets>(?:\s*\([^)]*\)){0,3}):\s+(?=\S)"
)
_OFFICE = re.compile(
    r"(?:the )?(?:chair(?:man|woman|person)?|convener|speaker|witness|cabinet member|minister|secretary of state|"
    r"parliamentary under-secretary|director|commissioner|chief|presenter|interviewer|moderator|host|counsel|clerk|"
    r"judge|president|coroner)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:recommendation|finding|strength|weakness|judgement|action|note|source|example|date|figure|table|case|subject|"
    r"present|apologies|attend|to|from|re|cc|summary|background|resolved|contact|tel|email|web|progress|impact)",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    rf"\b(?:[Ss]tatement|[Ss]peech|[Aa]ddress|[Kk]eynote|[Ll]ecture|[Rr]emarks|[Tt]alk)\s+(?:given\s+)?by\s+"
    rf"(?:the\s+)?(?P<who>{NAME})"
)
_OWN_REPORT = re.compile(
    r"(?:\b[Ww]e (?:found|visited|inspected|looked|examined|saw|judged)|\b[Ii]nspectors (?:found|visited|"
    r"saw|met|spoke|judged))\b"
)
_OPENING_MARKS = ("“", '"', "‘")
_REPORT = r"(?:reports?|reviews?|inquiry|study|survey|audit|findings)"
_REPORT_WORDS = ("report", "review", "inquiry", "study", "survey", "audit", "findings")  # one is in each of _REPORT
_OWNER = re.compile(
    rf"(?!(?:The|A|An|This|That|Its|Their|Another|One|No|Each|Every|His|"
    rf"Her)\s+[a-z])(?P<name>{NAME})(?P<own>[’']s|[’'])?\s+(?:(?:\d{{4}}|"
    rf"[a-z][\w-]*)\s+){{0,3}}?(?P<noun>{_REPORT})\b"
    rf"|\b{_REPORT}\s+(?:\w+\s+){{0,4}}?(?:by|"
    rf"from)\s+(?:the\s+)?(?P<by>(?:[a-z][\w’'-]*\s+){{0,5}}(?:,\s*)?{NAME}|"
    rf"(?:[a-z][\w’'-]*\s+){{1,5}},\s*{NAME})"
)
_BODY_NOUN = re.compile(
    r"\b(?:panel|tribunal|council|authority|trust|charity|union|board|committee|department|agency|service|"
    r"team|inquiry)$"
)
_SMALL_LETTERS = "abcdefghijklmnopqrstuvwxyz’'-, "
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_OPENING_NAME = re.compile(rf"(?:\W|{QUOTED})*({NAME})")
_FULL_NAME = re.compile(rf"(?=[A-Z])(?:{TITLE}\s+)*{CAPITAL}\s+{CAPITAL}(?:\s+{CAPITAL})?")
_INSPECTORS = re.compile(r"^(?:the )?(?:inspectors?|watchdog|inspectorates?)$", re.IGNORECASE)


def find_speakers(units: Sequence[Unit], *, title: str = "", publisher: str = "", source_type: str = "") -> list[str]:
    """Return the speaker of each unit in its fullest form, without article; blank where the document speaks itself."""
    walk = _Walk(units, source_type)
    speakers: list[str] = []
    for _, group in groupby(units, key=lambda unit: unit.block_no):
        speakers += walk.block(list(group))
    return speakers


class _Walk:
    """What is known while a document's blocks go by: the last speakers of each sort, and whose quotation is open."""

    def __init__(self, units: Sequence[Unit], source_type: str) -> None:
        self.names = Names(unit.text for unit in units)
        body = [unit.text for unit in units if unit.block_kind != "heading"]
        plain = [mask(text, False)[0] for text in body]
        self.own_report = source_type == "report" or (source_type != "news" and any(map(_OWN_REPORT.search, plain)))
        self.turns = _turn_names(body, self.names)
        self.owner = ""
        self.main_owner = self._main_owner(plain)
        self.person = self.people = self.body = self.last = ""
        self.roles: dict[str, str] = {}
        self.stem_speaker = ""
        self.turn = ""
        self.open = False

    def _main_owner(self, texts: Iterable[str]) -> str:
        owners = Counter(owner for text in texts for owner, own in self._owners(text) if own)
        best = owners.most_common(1)
        return best[0][0] if best and best[0][1] > 0.6 * sum(owners.values()) else ""

    def _owners(self, text: str) -> list[tuple[str, bool]]:
        """Return the owners of the reports that a text names, and whether the text says so outright."""
        found: list[tuple[str, bool]] = []
        if not any(map(text.__contains__, _REPORT_WORDS)):
            return found
        for match in _OWNER.finditer(text):
            name = tidy(match.group("name") or match.group("by").lstrip(_SMALL_LETTERS))
            if not name or name.split()[0].lower() in ("every", "key"):
                continue
            full = self.names.full(name)
            own = bool(match.group("own") or match.group("by"))
            if own or self.names.is_short_form(name) or name.isupper() or is_titled(full):
                found.append((full, own or is_titled(full)))
            elif " " not in name and name[1:].islower() and (match.start() > 0 or " " in match.group("name")):
                found.append((f"{name} {match.group('noun').rstrip('s')}", False))
        return found

    def block(self, units: list[Unit]) -> list[str]:
        """Return the speakers of one block's units."""
        if units[0].block_kind in ("heading", "caption"):
            speech = _SPEECH.search(units[0].text)
            self.stem_speaker, self.turn = "", self.names.full(speech.group("who")) if speech else ""
            return [""] * len(units)
        if self.turns or self.turn:
            found = self._turn_speakers(units)
            if found is not None:
                return found
        masks, started = self._masks(units)
        sources = [self._resolve(attribution(text), text) for text in masks]
        if units[0].stem:
            inherited = self._stem(units[0].stem)
            return [source or inherited for source in sources]
        return self._spread(units, masks, sources, started)

    def _turn_speakers(self, units: list[Unit]) -> list[str] | None:
        name, _ = _turn(units[0].text)
        self.turn = self.turns.get(name, self.turn)
        return [self.turn] * len(units) if self.turn else None

    def _masks(self, units: list[Unit]) -> tuple[list[str], bool]:
        """Return the units' texts with quoted parts masked, and whether the block goes on with an open quotation."""
        starts_quoted = units[0].text.startswith(_OPENING_MARKS)
        carried = self.open and starts_quoted
        state, masks = False, []
        for unit in units:
            text, state = mask(unit.text, state)
            masks.append(text)
        self.open = state
        return masks, carried

    def _resolve(self, source: Source | None, masked: str) -> str:
        """Return the fullest name of a source, and remember it for the pronouns to come."""
        owners = self._owners(masked)
        if source is None:
            if owners:
                self.owner = owners[-1][0]
            self._mention(masked)
            return ""
        name = self._named(source, masked, owners)
        if owners:
            self.owner = owners[-1][0]
        if name:
            self._remember(source, name, masked)
        return name

    def _named(self, source: Source, masked: str, owners: list[tuple[str, bool]]) -> str:
        text = source.text.strip()
        if source.sort == "pronoun":
            low = text.lower()
            if not source.strong and self.own_report:
                return ""
            if low in ("he", "she"):
                return self.person
            return self.people or self.body if low == "they" else self.body or self.owner or self.main_owner
        if source.sort == "report" or re.search(rf"\b{_REPORT}$", text):
            return self._report(text, owners)
        if _INSPECTORS.match(text):
            return self._inspectors(text)
        if source.sort == "name" and " " not in text and self.names.is_common(text):
            return self._role(text, source.strong)
        if source.sort == "name":
            bare = tidy(text)
            return self.names.full(bare) if bare and not re.fullmatch(r"[a-z].*", bare) else ""
        return self._role(text, source.strong)

    def _inspectors(self, text: str) -> str:
        """Inspectors are the document's own voice in a report; elsewhere the body whose report it is about."""
        if self.own_report:
            return ""
        return self.main_owner if self.main_owner and not is_person(self.main_owner) else _ARTICLE.sub("", text).lower()

    def _report(self, text: str, owners: list[tuple[str, bool]]) -> str:
        """A report speaks for whoever made it; the document's own report speaks for itself."""
        if owners:
            return owners[0][0]
        low = text.lower()
        if self.own_report or re.search(r"\b(?:reports|reviews|studies|inquiries)$", low):
            return ""
        if low.startswith("their "):
            self.owner = self.people
        return self.owner or self.main_owner

    def _role(self, text: str, strong: bool) -> str:
        if not strong:
            return ""
        name = re.search(rf"{NAME}$", text)
        if name and is_person(tidy(name.group())):
            return self.names.full(name.group())
        bare = _ARTICLE.sub("", text)
        bare = bare[:1].lower() + bare[1:] if bare[1:2].islower() and text != bare else bare
        if " " not in bare and text.lower().startswith("the "):
            if (
                bare.lower() in ("charity", "watchdog", "regulator", "union", "body", "group", "foundation")
                and self.body
            ):
                return self.body
            return self.roles.get(bare.lower(), bare)
        return bare

    def _mention(self, masked: str) -> None:
        """Remember a person whom a sentence names as its matter, for the pronoun that follows."""
        match = _OPENING_NAME.match(masked)
        if match and (name := tidy(match.group(1))) and is_person(self.names.full(name)):
            self.person = self.names.full(name)
            return
        if not TWO_CAPITALS.search(masked):
            return
        people = {self.names.full(tidy(m.group())) for m in _FULL_NAME.finditer(masked) if is_person(tidy(m.group()))}
        if len(people) == 1:
            self.person = people.pop()

    def _remember(self, source: Source, name: str, masked: str) -> None:
        self.last = name
        if is_person(name) or source.text.lower() in ("he", "she"):
            self.person = name
        elif re.search(r"(?:s|people|children|men|women|staff|police)$", name):
            self.people = name
        elif source.sort == "role":
            self.person = name
        if source.sort == "role" and " " in name:
            for word in re.findall(r"[a-z]+", name):
                self.roles.setdefault(word, name)
        if not is_person(name) and (source.sort == "name" or re.search(_BODY_NOUN, name)):
            self.body = name
        if source.sort == "role" and re.search(r"\binspect|\bwatchdog|\bpanel|\binquiry", name):
            self.owner = name

    def _stem(self, stem: str) -> str:
        masked, _ = mask(stem, False)
        source = attribution(masked)
        if source is not None and not (self.own_report and source.sort == "report"):
            named = self._named(source, masked, self._owners(masked))
            if named:
                return named
        owners = self._owners(masked)
        return owners[0][0] if owners and owners[0][1] and not self.own_report else ""

    def _spread(self, units: list[Unit], masks: list[str], sources: list[str], carried: bool) -> list[str]:
        """Give the sentences of a quotation the speaker named beside them, or the one whose quotation goes on."""
        quoted = [text.count(QUOTED) > 0.5 * len(text) for text in masks]
        begins = units[0].text.startswith(_OPENING_MARKS) and quoted[0]
        first = next((s for s, q in zip(sources, quoted, strict=True) if s), "")
        current = "" if not begins else (self.last if carried else first or self.last)
        result = []
        for source, is_quoted in zip(sources, quoted, strict=True):
            if source:
                current = source
            result.append(source or (current if is_quoted else ""))
        if begins and first:
            self.last = first
        return result


def mask(text: str, inside: bool) -> tuple[str, bool]:
    """Return the text with what stands in quotation marks masked, and whether a quotation is still open at its end."""
    if not inside and "“" not in text and "”" not in text and '"' not in text and "‘" not in text:
        return text, False
    out: list[str] = []
    closer = '”"' if inside else ""
    for at, char in enumerate(text):
        if closer and char in closer and _closes(text, at, char):
            closer = ""
            out.append(char)
        elif not closer and char in '“"‘' and (char != "‘" or at == 0 or not text[at - 1].isalnum()):
            closer = {"“": '”"', '"': '"”', "‘": "’"}[char]
            out.append(char)
        elif closer and not (char in '“"' and at == 0):
            out.append(QUOTED)
        else:
            out.append(char)
    return "".join(out), bool(closer) and closer != "’"


def _closes(text: str, at: int, char: str) -> bool:
    follows = text[at + 1 : at + 2]
    return char != "’" or not follows.isalnum()


def _turn(text: str) -> tuple[str, str]:
    """Return the name before the colon that opens a turn of a transcript, and what stands in brackets behind it."""
    match = _TURN.match(text) if ":" in text else None
    if not match or len(match.group("name")) > 70:
        return "", ""
    return match.group("name").strip(), match.group("brackets").strip(" ()")


def _turn_names(texts: Sequence[str], names: Names) -> dict[str, str]:
    """Return the names that open turns, with the person or office that each stands for.

    Titled names and offices open turns; another name does where a constituency or body follows it in brackets, or
    where it comes back as a person's would, in a text with other turns. "Strengths:" is a label.
    """
    turns = [turn for turn in map(_turn, texts) if turn[0]]
    counts = Counter(name for name, _ in turns)
    found: dict[str, str] = {}
    for name, bracket in turns:
        person = is_person(name.title())
        single = " " not in name and not names.is_common(name.capitalize()) and not _LABEL.match(name)
        back = counts[name] >= 2 and len(counts) > 1
        if _OFFICE.match(name) and not (is_titled(name.title()) and person):
            found.setdefault(name, tidy(bracket) if is_person(tidy(bracket)) else name)
        elif is_titled(name.title()) or (person and bracket) or (back and (person or single)):
            found[name] = name if name.isupper() else names.full(name)
    return found

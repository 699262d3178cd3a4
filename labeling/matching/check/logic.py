"""The terms of a compound rule together: whether an item can have what it asks for and not what it excludes.

Each term is tried on its own words, with the matcher itself, so that what is said here is what will happen.
"""

from collections.abc import Iterator, Sequence

from labeling.matching.check.problem import Finding, warning
from labeling.matching.compound import handle_key
from labeling.matching.model import EU, Geography, Item, Rule, Term
from labeling.matching.ruleset import CompiledRuleset
from labeling.matching.years import TEMPLATE, in_year, year_of_election

_ANY_YEAR = 2029
_IDS_OF_ONE = 2


def logic_checked(rule: Rule, geography: Geography) -> Iterator[Finding]:
    """Yield what keeps a compound rule, or a part of it, from ever being met."""
    if rule.kind != "compound":
        return
    year = year_of_election(geography, rule.election)
    world = Geography(frozenset(), {}, upcoming=geography.upcoming)
    yield from _repeats(rule)
    yield from _authors(rule)
    for name, terms in (("any_of", rule.any_of), ("all_of", rule.all_of)):
        for index, term in enumerate(terms):
            if not _looked_for(term, rule, world).match(_sample(term, year)):
                yield Finding(f"{name}.{index}.pattern", "never_found", "Not even its own words are found with it.")
    yield from _contradictions(rule, world, year)


def _contradictions(rule: Rule, world: Geography, year: int | None) -> Iterator[Finding]:
    excluded = [_looked_for(term, rule, world) for term in rule.none_of]
    lost = [index for index, term in enumerate(rule.any_of) if _is_found(_sample(term, year), excluded)]
    if rule.any_of and len(lost) == len(rule.any_of):
        yield Finding("none_of", "contradiction", "What it excludes stands in every term of any_of: nothing is left.")
    else:
        for index in lost:
            yield warning(f"any_of.{index}", "contradiction", "none_of excludes whatever this term is found in.")
    for index, term in enumerate(rule.all_of):
        if _is_found(_sample(term, year), excluded):
            yield Finding(f"all_of.{index}", "contradiction", "none_of excludes whatever this term is found in.")


def _repeats(rule: Rule) -> Iterator[Finding]:
    for name, terms in (("any_of", rule.any_of), ("all_of", rule.all_of), ("none_of", rule.none_of)):
        for index, term in enumerate(terms):
            if term in terms[:index]:
                yield warning(f"{name}.{index}", "repeated", "The same term stands in the list before.")
    needed = set(rule.all_of) & set(rule.any_of)
    if needed:
        yield warning("any_of", "met_anyway", "all_of asks for one of these already: any_of changes nothing.")


def _authors(rule: Rule) -> Iterator[Finding]:
    """An item has one author, who has an id and a handle."""
    needed = {handle_key(term.pattern) for term in rule.all_of if term.kind == "account"}
    if len(needed) > _IDS_OF_ONE:
        yield Finding("all_of", "several_authors", "A post has one author: no more than an id and a handle.")
    elif len(needed) == _IDS_OF_ONE:
        yield warning("all_of", "several_authors", "A post has one author: are these one account's id and handle?")


def _looked_for(term: Term, rule: Rule, world: Geography) -> CompiledRuleset:
    """A ruleset that finds nothing but a term, as the rule it is of would."""
    code = EU if rule.jurisdiction is None else rule.jurisdiction
    alone = Rule(rule.id, "compound", "", 1.0, any_of=(term,), jurisdiction=code, election=rule.election)
    return CompiledRuleset([alone], "check", world)


def _is_found(item: Item, rulesets: Sequence[CompiledRuleset]) -> bool:
    return any(ruleset.match(item) for ruleset in rulesets)


def _sample(term: Term, year: int | None) -> Item:
    """An item that has a term and nothing else."""
    written = in_year(term.pattern, year or _ANY_YEAR)[-1] if TEMPLATE.search(term.pattern) else term.pattern
    if term.kind == "account":
        return Item("", author_id=written, author_handle=written)
    return Item(f"#{written}" if term.kind == "hashtag" else written.replace("*", ""))

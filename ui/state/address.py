"""The browser's address: what the server knows of it, and the two ways in which it changes.

What a reader changes is a step in the browser's history, so that Back undoes it (`push`). What
the address only lacks of what is shown already (a state that one comes back to, the language
chosen before, a number in its usual form) is added without a step (`add`): the browser replaces
the address at the end of the run, see `ui.app.chrome`.
"""

import contextlib
from collections.abc import Generator, Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_HERE, _PAGE, _ARRIVED = "xent here", "xent page", "xent arrived"
_ADDED, _STEP, _CLAIMS = "xent added", "xent step", "xent claims"

Changes = Mapping[str, str | None]  # None takes a name out of the address


def in_fragment() -> bool:
    """Whether only a part of the page runs again: then the reader has not left its address."""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)


def script_hash() -> str:
    """Streamlit's name for the page that this run is of."""
    context = get_script_run_ctx()
    return context.page_script_hash if context else ""


def begin(here: str) -> None:
    """Note, at the start of a run of the whole script, whether one came from another page.

    A run that was broken off (a second click came while it was under way) did not show what was
    left there: the next one arrives as well.
    """
    before = st.session_state.get(_HERE)
    st.session_state[_HERE] = here
    st.session_state[_CLAIMS] = {}
    if before not in (None, here) or st.session_state.get(_ARRIVED):
        st.session_state[_ARRIVED] = True
        st.session_state.pop(_ADDED, None)


def enter(page: str) -> None:
    """Name the page that is shown from here on."""
    st.session_state[_PAGE] = page


def end(here: str) -> None:
    """Note that a run of the whole script has come to its end, and where the reader is.

    Only then Streamlit names the page of a session's first run.
    """
    st.session_state[_HERE] = here
    st.session_state[_ARRIVED] = False


def page() -> str:
    """The name of the page that is shown."""
    return st.session_state.get(_PAGE, "")


def arrived() -> bool:
    """Whether this run is the first of a page to which the reader came from another one."""
    return bool(st.session_state.get(_ARRIVED)) and not in_fragment()


def claim(name: str, owner: str) -> None:
    """Let a name in this page's address be `owner`'s; ValueError if it is another's."""
    claims = st.session_state.setdefault(_CLAIMS, {})
    if claims.setdefault(name, owner) != owner:
        raise ValueError(f"{name!r} in the address of {page()!r}: {claims[name]} and {owner}")


def query() -> dict[str, str]:
    """The address as the browser has it.

    Streamlit's page goes on telling the query from before an addition: as long as it does, what
    was added holds.
    """
    told = st.query_params.to_dict()
    return {**told, **_added_to(told)}


def _added_to(told: dict[str, str]) -> dict[str, str]:
    before, texts = st.session_state.get(_ADDED, (None, {}))
    return texts if told == before else {}


def kept(name: str) -> str:
    """What this page has under a name that no state has: as the address says, or as one left it."""
    key = f"xent kept {name} of {page()}"
    text: str = st.session_state.get(key, "")
    if not in_fragment():
        said = query().get(name)
        if said is not None or not arrived():
            text = said or ""
        elif text:
            add({name: text})
        st.session_state[key] = text
    return text


def left(name: str, page: str) -> str:
    """What a page has, or had when one left it, under a name that no state has."""
    return st.session_state.get(f"xent kept {name} of {page}", "")


def keep(name: str, text: str) -> None:
    """Let this page have a text under a name: a step that Back undoes."""
    st.session_state[f"xent kept {name} of {page()}"] = text
    push({name: text or None})


def push(changes: Changes) -> None:
    """Change the address, as a step that Back undoes."""
    step = st.session_state.get(_STEP)
    if step is not None:
        step.update(changes)
        return
    now = query()
    wanted = {name: text for name, text in {**now, **changes}.items() if text is not None}
    if wanted != now:
        st.session_state.pop(_ADDED, None)
        st.query_params.from_dict(wanted)


@contextlib.contextmanager
def one_step() -> Generator[None]:
    """Make one step of all changes within."""
    if st.session_state.get(_STEP) is not None:
        yield
        return
    st.session_state[_STEP] = {}
    try:
        yield
    finally:
        changes = st.session_state.pop(_STEP)
        push(changes)


def add(texts: Mapping[str, str]) -> None:
    """Have the address say what is shown, without a step."""
    told = st.query_params.to_dict()
    st.session_state[_ADDED] = told, {**_added_to(told), **texts}


def added() -> dict[str, str]:
    """What the browser has to add to the address."""
    return _added_to(st.query_params.to_dict())

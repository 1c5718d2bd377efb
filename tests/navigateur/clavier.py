"""By keyboard alone: what the journeys do without a mouse, and as slowly as somebody who has none."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.navigateur.conftest import Desk

# Beyond the last control of the longest page.
FAR = 250


def reach(desk: Desk, control: Locator, *, same: str = "e => e === document.activeElement") -> None:
    """Walk with Tab, from where one is, until the control has the focus."""
    expect(control).to_be_visible()
    for step in range(FAR):
        if step % 20 == 0:
            # Asking by role at each step is slow; a list may have been refreshed meanwhile.
            element = control.element_handle()
        if element.evaluate(same):
            return
        desk.page.keyboard.press("Tab")
    raise AssertionError(f"{control} is not reached by Tab")


def choose(desk: Desk, radio: Locator) -> None:
    """One Tab for the group, then the arrows."""
    reach(desk, radio, same="e => e.name === document.activeElement.name")
    # The first of a group where nothing is chosen is chosen by Space.
    desk.page.keyboard.press("Space")
    for _ in range(FAR):
        if radio.is_checked():
            return
        desk.page.keyboard.press("ArrowDown")
    raise AssertionError(f"{radio} is not reached by the arrows")


def tick(desk: Desk, box: Locator) -> None:
    reach(desk, box)
    desk.page.keyboard.press("Space")
    expect(box).to_be_checked()


def pick(desk: Desk, label: str, option: str) -> None:
    """In a closed list, by the arrows."""
    chosen = desk.page.get_by_label(label).first
    reach(desk, chosen)
    for _ in range(FAR):
        if option in chosen.locator("option:checked").inner_text():
            return
        desk.page.keyboard.press("ArrowDown")
    raise AssertionError(f"{option} is not reached by the arrows")


def enter(desk: Desk, control: Locator, *, seen: bool = False) -> None:
    """Reach it, press Enter, and look at the page it leads to unless it was `seen` before."""
    reach(desk, control)
    with desk.page.expect_navigation():
        desk.page.keyboard.press("Enter")
    if not seen:
        desk.check()


def write(desk: Desk, label: str, typed: str) -> None:
    """In the field of that label, in place of what it holds."""
    reach(desk, desk.page.get_by_label(label))
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type(typed)


def button(desk: Desk, name: str) -> Locator:
    return desk.page.get_by_role("button", name=name).first


def link(desk: Desk, name: str) -> Locator:
    return desk.page.get_by_role("link", name=name).first


def title(desk: Desk) -> Any:
    return expect(desk.page.get_by_role("heading", level=1))

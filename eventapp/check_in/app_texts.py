"""The texts of the check-in app."""

from __future__ import annotations

from eventapp.check_in import rules
from eventapp.core.languages import gettext as _


def texts() -> dict[str, object]:
    """The texts that the app shows later, in the reader's language; {names} are filled in there."""
    results = {
        result.value: {"word": str(result.label), "sentence": result.sentence, "tone": result.tone.value}
        for result in rules.ScanResult
    }
    return {
        "results": results,
        "door": _("Main entrance"),
        "online": _("Connected"),
        "offline": _("Offline"),
        "to_send": _("{number} to send"),
        "revoked": _("Signed out"),
        "revoked_long": _(
            "The organizers have signed this device out, or its link has expired. Scans that were not sent are kept."
        ),
        "list_of": _("List of {time}"),
        "no_list": _("No list yet"),
        "link_offline": _(
            "The server can't be reached, so the link could not be opened. Open it again when you are online."
        ),
        "sent": _("sent"),
        "not_sent": _("not sent yet"),
        "differs": _("the server decided differently"),
        "undo": _("Undo"),
        "undone": _("Undone"),
        "overrule": _("Overrule"),
        "overruled": _("Overruled: {result}"),
        "goodbye": _("Goodbye"),
        "goodbye_long": _("This person is checked out."),
        "not_done": _("Not checked in"),
        "in_since": _("In since {time}"),
        "check_in": _("Check in"),
        "check_out": _("Check out"),
        "nobody": _("Nobody found for “{text}”. Try the reading, the organization or a part of the name."),
        "camera_denied": _(
            "The browser does not let this page use the camera. Allow it in the settings of the browser."
        ),
        "no_camera": _("There is no camera, or another app uses it. Type the code or the name, or use a hand scanner."),
        "no_reader": _("Codes can't be read with the camera here. Type the code or the name, or use a hand scanner."),
        "not_moved": _(
            "Scans of this door that are not sent yet: {number}. Move this device when the network is back."
        ),
        "others": _(
            "Scans of another event that are kept here and not sent yet: {number}. Open a check-in link of that event "
            "again."
        ),
        "left": _("Scans that were not sent: {number}. Stay signed in until the network is back, or they are lost."),
        "tests": _tests(),
    }


def _tests() -> dict[str, list[str]]:
    """The tests of a device: name, what it means if it works, and if it does not."""
    return {
        "secure": [_("Connection"), _("Secure."), _("Not secure (https): no camera, and nothing works offline.")],
        "camera": [_("Camera"), _("Found."), _("None found. A hand scanner and names work.")],
        "kept": [
            _("Storage"),
            _("The browser keeps what this app stores."),
            _("The browser may delete what is stored. Add the app to the home screen, and load the list there."),
        ],
        "offline": [_("Offline"), _("The app opens without a network."), _("Not ready yet. Open this page once more.")],
        "list": [_("List"), _("Loaded."), _("Not loaded yet.")],
        "server": [_("Server"), _("Answers."), _("Does not answer now.")],
        "sound": [
            _("Sound"),
            _("You should have heard a tone."),
            _("No sound yet. Tap the page once, and check the mute switch."),
        ],
        "light": [_("Screen"), _("Stays on while the camera runs."), _("May switch itself off.")],
    }

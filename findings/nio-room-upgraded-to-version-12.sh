#!/bin/sh
# matrix-nio 0.26.0 does not read the creation event of a room that was upgraded to room version 12.
#
# In version 12 `predecessor` of `m.room.create` names the old room and need not name an event (Synapse 1.163.2 leaves `event_id` out there).
# nio still requires it: the event becomes a BadEvent, so the room keeps nio's defaults, version "1" and no type. An upgraded space is
# then no space, and whoever decides by creators or by the version decides by the wrong one. Version 11 is read as it should be.
#
# Output seen: 11 RoomCreateEvent 11 m.space / 12 BadEvent 1 None
# Exits 0 while that holds, 1 when it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check matrix-nio==0.26.0
cat >"$folder/look.py" <<'PY'
import logging

from nio import Event, MatrixRoom

logging.disable(logging.CRITICAL)


def look(version: str, predecessor: dict[str, str]) -> str:
    content = {"room_version": version, "type": "m.space", "predecessor": predecessor}
    event = Event.parse_event(
        {
            "event_id": "$create",
            "sender": "@alice:example.org",
            "origin_server_ts": 1,
            "type": "m.room.create",
            "state_key": "",
            "content": content,
        }
    )
    room = MatrixRoom("!new:example.org", "@bot:example.org")
    room.handle_event(event)
    return f"{version} {type(event).__name__} {room.room_version} {room.room_type}"


print(look("11", {"room_id": "!old:example.org", "event_id": "$last"}))
print(look("12", {"room_id": "!old:example.org"}))
PY
seen=$("$folder/venv/bin/python" "$folder/look.py" 2>/dev/null)
echo "$seen"
expected='11 RoomCreateEvent 11 m.space
12 BadEvent 1 None'
[ "$seen" = "$expected" ]

"""The units of systemd: what they name is there. `make deploy-check` has systemd read them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click
import pytest

from tests.deploy.shipped import DEPLOY, INSTALLED, QE, SERVE, SYNC, UNITS, command_line, read_unit
from web.commands import main as qe
from web.commands.shell import DONE_WITH_REJECTS
from web.server import GRACE

SETTINGS_FILE: Final = "/etc/questions-ecrites.env"
DATA: Final = "/var/lib/questions-ecrites"

KNOWN: Final = {
    "Unit": "After Description Documentation StartLimitBurst StartLimitIntervalSec Wants",
    "Install": "WantedBy",
    "Timer": "OnCalendar Persistent RandomizedDelaySec",
    "Service": (
        "AmbientCapabilities CapabilityBoundingSet EnvironmentFile ExecStart Group "
        "IOSchedulingClass IPAddressAllow IPAddressDeny KillMode KillSignal LimitNOFILE "
        "LockPersonality MemoryDenyWriteExecute Nice NoNewPrivileges OOMPolicy OOMScoreAdjust "
        "PrivateDevices PrivateIPC PrivateTmp PrivateUsers ProcSubset ProtectClock "
        "ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs ProtectKernelModules "
        "ProtectKernelTunables ProtectProc ProtectSystem ReadOnlyPaths RemoveIPC Restart "
        "RestartPreventExitStatus RestartSec RestrictAddressFamilies RestrictNamespaces "
        "RestrictRealtime RestrictSUIDSGID StateDirectory SuccessExitStatus "
        "SystemCallArchitectures SystemCallErrorNumber SystemCallFilter TimeoutStartSec "
        "TimeoutStopSec Type UMask User"
    ),
}
"""Every key that systemd.unit(5), systemd.service(5) and others have and that is used here.

systemd only warns of a key that it doesn't know, in a log that nobody reads.
"""


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_key_is_one_of_systemd(path: Path) -> None:
    """In the section where systemd looks for it."""
    used = {(section, key) for section, keys in read_unit(path).items() for key in keys}

    assert used <= {(section, key) for section, keys in KNOWN.items() for key in keys.split()}


@pytest.mark.parametrize("path", [SERVE, SYNC], ids=lambda path: path.name)
def test_the_command_is_one_of_qe(path: Path) -> None:
    """Its options are known and their values are of the right kind."""
    program, name, *arguments = command_line(path)
    command = qe.get_command(click.Context(qe), name)

    assert program == QE
    assert command is not None
    command.make_context(name, arguments)


def test_rejects_are_no_failure_of_the_timer() -> None:
    """A build that set some records apart has done the rest."""
    assert read_unit(SYNC)["Service"]["SuccessExitStatus"] == [str(DONE_WITH_REJECTS)]


def test_the_server_has_the_time_to_finish() -> None:
    """It kills later than the server itself would."""
    (seconds,) = read_unit(SERVE)["Service"]["TimeoutStopSec"]

    assert int(seconds) > GRACE


@pytest.mark.parametrize("path", [SERVE, SYNC], ids=lambda path: path.name)
def test_both_have_the_same_user_and_settings(path: Path) -> None:
    """What one writes, the other reads."""
    service = read_unit(path)["Service"]

    assert service["User"] == service["Group"] == ["questions-ecrites"]
    assert service["EnvironmentFile"] == [SETTINGS_FILE]
    assert service["ProtectSystem"] == ["strict"]


def test_the_data_are_where_the_settings_say() -> None:
    """The site reads there, only the timer writes there."""
    settings = (DEPLOY / "questions-ecrites.env").read_text()

    assert f"\nQE_INDEX={DATA}/index\n" in settings
    assert f"\nQE_ARCHIVES={DATA}/archives\n" in settings
    assert read_unit(SERVE)["Service"]["ReadOnlyPaths"] == [f"-{DATA}"]
    assert read_unit(SYNC)["Service"]["StateDirectory"] == [Path(DATA).name]


def test_the_command_of_operators_has_the_same_user_program_and_settings() -> None:
    """`qe` typed by hand works on the index that is served."""
    script = (DEPLOY / "qe").read_text()

    assert f"\n. {SETTINGS_FILE}\n" in script
    assert 'runuser -u questions-ecrites -- "/opt/questions-ecrites/${RELEASE:-current}/' in script
    assert QE.startswith(INSTALLED)

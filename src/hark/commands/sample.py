"""`hark sample`: the sample workspace, and its sign-in in a file only its owner can read."""

import os
from functools import partial

from hark.app import EVENTS, PROJECTORS
from hark.channels.email.adapter import mail_reader
from hark.channels.messenger.accounts import create_sample_messenger
from hark.core.log import configure_logs
from hark.core.services import open_services
from hark.settings import Settings
from hark.setup.sample import create_sample


async def run(settings: Settings) -> int:
    configure_logs(settings.log_level)
    async with open_services(settings, events=EVENTS, projectors=PROJECTORS) as services:
        sign_in = await create_sample(
            services.db, services.files, services.keys, readers={1: mail_reader(services.keys)},
            make_messenger=partial(create_sample_messenger, base_url=settings.base_url),
        )  # fmt: skip
    text = f"Sign in as {sign_in.email} with the password {sign_in.password}\n"
    path = settings.data / "sample-sign-in"
    fresh = path.with_suffix(".part")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
        f.write(text)
    fresh.replace(path)
    print(text, end="", flush=True)
    return 0

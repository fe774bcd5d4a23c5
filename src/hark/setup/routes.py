"""The first-run wizard over HTTP: only while the installation is empty."""

from litestar import Response

from hark.access.passwords import hash_password
from hark.access.routes import AnyRequest, Me, require_same_site, signed_in
from hark.access.sign_in import open_session
from hark.core.actor import system
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.http import PUBLIC, get, post
from hark.settings import Settings
from hark.setup.actions import already_set_up, run_setup, setup_needed
from hark.setup.types import FirstRun, SetupNeeded


async def get_setup(db: Db) -> SetupNeeded:
    return SetupNeeded(await setup_needed(db))


async def post_setup(db: Db, keys: Keys, settings: Settings, request: AnyRequest, data: FirstRun) -> Response[Me]:
    """Make the first workspace and its owner, and sign the owner in."""
    require_same_site(request, settings)
    if not await setup_needed(db):  # again under the lock; here so that strangers cannot keep the machine busy hashing
        raise already_set_up()
    password_hash = await hash_password(data.admin.password)
    async with db.transaction(system(0)) as tx:
        await run_setup(tx, data, password_hash=password_hash)
        actor, token = await open_session(tx, user_agent=request.headers.get("user-agent", ""))
    return await signed_in(db, keys, settings, actor, token)


ROUTES = (
    get("/api/setup", get_setup, can=PUBLIC),
    post("/api/setup", post_setup, can=PUBLIC),
)

"""A promotion from the first upload to the retired revision, with a client that was made from the API document.

Arguments: the address of the gateway, and the sources of two revisions. Prints what was seen on the way, as JSON.
"""

import json
import sys

from meltica_client import Client
from meltica_client.api.catalogue import delete_module, get_module_source, list_modules, upload_module
from meltica_client.api.instances import create_instance
from meltica_client.api.tags import delete_tag
from meltica_client.api.usage import export_registry, get_module_usage, refresh_strategies
from meltica_client.models import Failure, InstanceBody, RefreshBody, Upload


def granted(answer):
    """What a call answered; raises when it was refused."""
    if answer is None or isinstance(answer, Failure):
        raise RuntimeError(f"refused: {answer}")
    return answer


def promote(base_url, first, second):
    client = Client(base_url=base_url, raise_on_unexpected_status=True)

    def upload(**fields):
        return granted(upload_module.sync(client=client, body=Upload(**fields))).module.hash_

    old = upload(source=first, tag="v1.0.0", aliases=["prod"])
    body = InstanceBody.from_dict(
        {
            "id": "promoted-1",
            "strategy": {"identifier": "promoted:prod", "config": {"dry_run": True}},
            "scope": {"sim": {"symbols": ["BTC-USDT"]}},
            "autostart": True,
        }
    )
    launched = granted(create_instance.sync(client=client, body=body))
    new = upload(source=second, tag="v1.1.0", reassign_tags=["prod"], promote_latest=True)
    page = granted(list_modules.sync(client=client, strategy="promoted", hash_=new))
    guard = delete_module.sync_detailed(f"promoted@{old}", client=client)
    refreshed = granted(refresh_strategies.sync(client=client, body=RefreshBody(strategies=["promoted:prod"])))
    usage = granted(get_module_usage.sync("promoted:prod", client=client))
    orphan = delete_tag.sync_detailed("promoted", "v1.0.0", client=client)
    source = granted(get_module_source.sync(f"promoted@{new}", client=client))
    retired = delete_module.sync_detailed(f"promoted@{old}", client=client)
    registry = granted(export_registry.sync(client=client)).registry

    return {
        "old": old,
        "hash": new,
        "launched": launched.strategy.hash_,
        "tags": [module.tags for module in page.modules],
        "guard": {
            "status": int(guard.status_code),
            "error": guard.parsed.error,
            "instances": guard.parsed.instances,
        },
        "refreshed": [
            {"selector": one.selector, "reason": one.reason, "previousHash": one.previous_hash}
            for one in refreshed.results
        ],
        "running": [
            {"id": one.id, "strategyHash": one.strategy_hash, "running": one.running} for one in usage.instances
        ],
        "orphan": {"status": int(orphan.status_code), "error": orphan.parsed.error},
        "source": source,
        "retired": int(retired.status_code),
        "left": registry["promoted"].to_dict(),
    }


if __name__ == "__main__":
    print(json.dumps(promote(*sys.argv[1:])))

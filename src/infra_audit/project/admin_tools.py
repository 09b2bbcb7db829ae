"""Images with which people look into stores, queues and docker itself: data about the world.

As of 2026-03, from their pages: https://hub.docker.com/_/adminer, dpage/pgadmin4, _/phpmyadmin, _/mongo-express,
rediscommander/redis-commander, redis/redisinsight, sosedoff/pgweb, dbgate/dbgate, dbeaver/cloudbeaver,
https://supabase.com/docs/guides/self-hosting/docker ("Studio has no authentication of its own"),
https://docs.portainer.io/start/install-ce, provectuslabs/kafka-ui, amir20/dozzle, tecnativa/docker-socket-proxy.
"""

from __future__ import annotations

from msgspec import Struct


class AdminTool(Struct, frozen=True, gc=False):
    """A tool with the ports of its pages; `login` whether it asks for one where nobody sets it up."""

    name: str
    ports: tuple[str, ...]
    login: bool
    variables: tuple[str, ...] = ()
    """How the variables begin that give it a login."""


_PGADMIN = AdminTool("pgAdmin", ("80", "443"), login=True)
_PHPMYADMIN = AdminTool("phpMyAdmin", ("80",), login=True)
_REDIS_COMMANDER = AdminTool("Redis Commander", ("8081",), login=False, variables=("HTTP_USER",))
_PORTAINER = AdminTool("Portainer", ("9000", "9443"), login=True)

ADMIN_TOOLS = {
    "adminer": AdminTool("Adminer", ("8080",), login=True),
    "dpage/pgadmin4": _PGADMIN,
    "phpmyadmin": _PHPMYADMIN,
    "phpmyadmin/phpmyadmin": _PHPMYADMIN,
    "mongo-express": AdminTool("mongo-express", ("8081",), login=True),
    "rediscommander/redis-commander": _REDIS_COMMANDER,
    "joeferner/redis-commander": _REDIS_COMMANDER,
    "redis/redisinsight": AdminTool("Redis Insight", ("5540",), login=False),
    "redislabs/redisinsight": AdminTool("Redis Insight", ("8001",), login=False),
    "sosedoff/pgweb": AdminTool("pgweb", ("8081",), login=False, variables=("PGWEB_AUTH_",)),
    "dbgate/dbgate": AdminTool("DbGate", ("3000",), login=False, variables=("LOGIN", "BASIC_AUTH", "OAUTH_")),
    "dbeaver/cloudbeaver": AdminTool("CloudBeaver", ("8978",), login=True),
    "supabase/studio": AdminTool("Supabase Studio", ("3000",), login=False),
    "portainer/portainer-ce": _PORTAINER,
    "portainer/portainer": _PORTAINER,
    "provectuslabs/kafka-ui": AdminTool("Kafka UI", ("8080",), login=False, variables=("AUTH_", "SPRING_SECURITY_")),
    "amir20/dozzle": AdminTool("Dozzle", ("8080",), login=False, variables=("DOZZLE_AUTH_",)),
    "tecnativa/docker-socket-proxy": AdminTool("docker's own interface", ("2375",), login=False),
}  # fmt: skip
"""By the name of the image."""

"""Docker, podman and compose."""

from __future__ import annotations

from .row import Manual, Row

_TOLD = "--version --help --dry-run"
_DOCKER = "the reference of the Docker command line, Docker 27"
_THERE = "the {} `{{}}` exists then"
_COMPOSE = Manual(
    f"{_DOCKER}: docker compose",
    (
        Row("up SERVICE…", "build image, start service", "same", given="--build", tool="compose"),
        Row("up SERVICE…", "start service", "same"),
        Row("start SERVICE…", "start service", "same"),
        Row("restart SERVICE…", "restart service", "same"),
        Row("build …", "build image", "same", tool="compose"),
        Row("down|rm SERVICE…", "stop service, remove container", "same"),
        Row("stop|kill SERVICE…", "stop service", "same"),
        Row("pull …", "fetch image", "same"),
        Row("push …", "send image", "same"),
    ),
    asks=_TOLD,
    valued="-f --file -p --project-name --env-file --profile --project-directory --scale -t --timeout",
)
_DETACHED = "-d|--detach"
_ENGINE = Manual(
    f"{_DOCKER}: creating what exists is an error, for a volume it is none",
    (
        Row("build|bud …", "build image", "same"),
        Row("buildx build|bake …", "build image", "same"),
        Row("start|restart CONTAINER…", "restart container", "same"),
        Row("stop|kill CONTAINER…", "stop container"),
        Row("rm CONTAINER…", "stop container, remove container"),
        Row("volume create VOLUME…", "create volume", "same"),
        *(
            Row(
                f"{what} create NAME …",
                f"create {what}",
                "fails",
                why=_THERE.format(what),
                guard=f"`docker {what} inspect {{}} || …` before it",
            )
            for what in ("secret", "config", "context")
        ),
        Row("volume rm|prune NAME…", "remove volume"),
        Row("secret|config|context rm NAME…", "remove setting"),
        Row("rmi IMAGE…", "remove image"),
        Row("image rm|prune IMAGE…", "remove image"),
        Row(
            "swarm init …",
            "create swarm",
            "fails",
            at="=swarm",
            why="the host is part of a swarm then",
            guard="a look at `docker info` before it",
        ),
        Row("pull …", "fetch image", "same"),
        Row("push …", "send image", "same"),
        Row("load|import …", "create image", "same"),
        Row("tag …", "write image", "same"),
        Row("save|export …", "write archive", "same", at="-o|--output"),
    ),
    asks=_TOLD,
    valued="-H --host --context -c --config -l --log-level --driver -t --time --label -o --opt",
)
_NETWORK = Manual(
    f"{_DOCKER}: docker network",
    (
        Row(
            "create NETWORK",
            "create network",
            "fails",
            why=_THERE.format("network"),
            guard="`docker network inspect {} || …` before it",
        ),
        Row("rm|prune NETWORK…", "remove network"),
    ),
    valued="-d --driver --subnet --gateway --ip-range --aux-address --label -o --opt --scope"
    " --ipam-driver --ipam-opt --config-from",
)
_RUN = Manual(
    f"{_DOCKER}: docker container run; the name of a container is taken until it is removed",
    (
        Row("_ …", "run container", given="--rm"),
        Row(
            "_ …",
            "create container, start container",
            "fails",
            given=f"--name {_DETACHED}",
            at="--name",
            why=_THERE.format("container"),
            guard="`docker rm -f {}` before it, or `--rm`",
        ),
        Row("_ …", "create container, start container", given=_DETACHED),
        Row(
            "_ …",
            "create container",
            "fails",
            given="--name",
            at="--name",
            why=_THERE.format("container"),
            guard="`docker rm -f {}` before it, or `--rm`",
        ),
        Row("_ …", "create container"),
    ),
    valued="-a -c -e -h -l -m -p -u -v -w --add-host --annotation --attach --cap-add --cap-drop --cgroupns"
    " --cidfile --cpus --cpu-shares --device --dns --domainname --entrypoint --env --env-file --expose"
    " --gpus --group-add --health-cmd --health-interval --health-retries --health-timeout --hostname"
    " --ip --ipc --label --link --log-driver --log-opt --mac-address --memory --memory-swap --mount"
    " --name --net --network --network-alias --pid --pids-limit --platform --publish --pull --restart"
    " --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs"
    " --ulimit --user --userns --uts --volume --volume-driver --volumes-from --workdir",
    asks="--help",
    ends=True,
)
_CREATED = Manual(
    _RUN.source,
    (
        Row(
            "_ …",
            "create container",
            "fails",
            given="--name",
            at="--name",
            why=_THERE.format("container"),
            guard="`docker rm -f {}` before it",
        ),
        Row("_ …", "create container"),
    ),
    valued=_RUN.valued,
    asks="--help",
    ends=True,
)
_EXEC = Manual(
    f"{_DOCKER}: docker exec, docker compose exec; kubectl reference: exec",
    (Row("_ …", "run command"),),
    valued="-e --env --env-file -u --user -w --workdir --index --detach-keys -c --container -n --namespace",
    asks="--help",
    ends=True,
)

CONTAINERS: dict[str, Manual] = {
    "docker": _ENGINE,
    "podman": _ENGINE,
    "buildah": _ENGINE,
    "docker-compose": _COMPOSE,
    "docker compose": _COMPOSE,
    "podman-compose": _COMPOSE,
    "docker network": _NETWORK,
    "podman network": _NETWORK,
    "docker run": _RUN,
    "podman run": _RUN,
    "docker create": _CREATED,
    "podman create": _CREATED,
    "docker exec": _EXEC,
    "podman exec": _EXEC,
    "docker compose exec": _EXEC,
    "docker-compose exec": _EXEC,
    "kubectl exec": _EXEC,
    "kubectl": Manual(
        "kubectl reference: apply says what should be, create fails on what exists",
        (
            Row("apply …", "write object", "same"),
            Row("delete …", "remove object"),
            Row("rollout restart OBJECT", "restart object", "same"),
        ),
        valued="-n --namespace -f --filename --context --kubeconfig -l",
        asks="--help --dry-run*",
    ),
}

INSIDE = "docker exec|docker compose exec|docker-compose exec|podman exec|kubectl exec"
"""What runs a command in a container: behind the container's name stands another command."""

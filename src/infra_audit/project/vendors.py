"""Installers that their makers tell everybody to run from the network, with where they do.

By address without the scheme; what follows it may be anything. The list is not complete.
"""

from __future__ import annotations

from ..source.regex import regex

VENDORS: dict[str, str] = {
    "get.docker.com": "https://docs.docker.com/engine/install/ubuntu/",
    "deb.nodesource.com/": "https://github.com/nodesource/distributions",
    "rpm.nodesource.com/": "https://github.com/nodesource/distributions",
    "raw.githubusercontent.com/nvm-sh/nvm/": "https://github.com/nvm-sh/nvm",
    "raw.githubusercontent.com/creationix/nvm/": "https://github.com/nvm-sh/nvm",
    "fnm.vercel.app/install": "https://github.com/Schniz/fnm",
    "get.volta.sh": "https://docs.volta.sh/guide/getting-started",
    "get.pnpm.io/": "https://pnpm.io/installation",
    "bun.sh/install": "https://bun.sh/docs/installation",
    "bun.com/install": "https://bun.com/docs/installation",
    "deno.land/": "https://docs.deno.com/runtime/getting_started/installation/",
    "sh.rustup.rs": "https://www.rust-lang.org/tools/install",
    "astral.sh/": "https://docs.astral.sh/uv/getting-started/installation/",
    "install.python-poetry.org": "https://python-poetry.org/docs/",
    "getcomposer.org/installer": "https://getcomposer.org/download/",
    "get.sdkman.io": "https://sdkman.io/install",
    "nixos.org/nix/install": "https://nixos.org/download/",
    "install.determinate.systems/": "https://docs.determinate.systems/",
    "raw.githubusercontent.com/homebrew/install/": "https://brew.sh/",
    "raw.githubusercontent.com/helm/helm/": "https://helm.sh/docs/intro/install/",
    "get.k3s.io": "https://docs.k3s.io/quick-start",
    "tailscale.com/install.sh": "https://tailscale.com/kb/1031/install-linux",
    "fly.io/install.sh": "https://fly.io/docs/flyctl/install/",
    "cli.doppler.com/install.sh": "https://docs.doppler.com/docs/install-cli",
    "sentry.io/get-cli": "https://docs.sentry.io/cli/installation/",
    "aka.ms/installazurecli": "https://learn.microsoft.com/cli/azure/install-azure-cli-linux",
    "sdk.cloud.google.com": "https://cloud.google.com/sdk/docs/downloads-interactive",
    "dot.net/v1/dotnet-install.sh": "https://learn.microsoft.com/dotnet/core/tools/dotnet-install-script",
    "packagecloud.io/install/": "https://packagecloud.io/docs",
    "packages.gitlab.com/install/": "https://docs.gitlab.com/runner/install/linux-repository/",
    "repos.insights.digitalocean.com/install.sh": "https://docs.digitalocean.com/products/monitoring/how-to/install-metrics-agent/",
    "nixpacks.com/install.sh": "https://nixpacks.com/docs/install",
    "railpack.com/install.sh": "https://railpack.com/installation",
    "golangci-lint.run/install.sh": "https://golangci-lint.run/docs/welcome/install/",
    "releases.nixos.org/nix/": "https://nixos.org/download/",
    "get.rvm.io": "https://rvm.io/rvm/install",
    "repo.anaconda.com/miniconda/": "https://docs.anaconda.com/miniconda/",
    "get.netdata.cloud/": "https://learn.netdata.cloud/docs/netdata-agent/installation/linux",
    "install.datadoghq.com/": "https://docs.datadoghq.com/agent/",
    "rclone.org/install.sh": "https://rclone.org/install/",
    "get.acme.sh": "https://github.com/acmesh-official/acme.sh",
    "cdn.coollabs.io/coolify/install.sh": "https://coolify.io/docs/get-started/installation",
    "dokploy.com/install.sh": "https://docs.dokploy.com/docs/core/installation",
    "ollama.com/install.sh": "https://ollama.com/download/linux",
    "starship.rs/install.sh": "https://starship.rs/guide/",
    "raw.githubusercontent.com/ohmyzsh/ohmyzsh/": "https://ohmyz.sh/",
    "raw.githubusercontent.com/aquasecurity/trivy/": "https://trivy.dev/latest/getting-started/installation/",
    "raw.githubusercontent.com/golangci/golangci-lint/": "https://golangci-lint.run/welcome/install/",
}

_SCHEME = regex(r"(?i)^https?://(?:www\.)?")


def vendor(url: str) -> str:
    """Where the maker documents the installer at an address; '' for one that is not known."""
    bare = _SCHEME.sub("", url).lower()
    return next((page for start, page in VENDORS.items() if bare.startswith(start)), "")

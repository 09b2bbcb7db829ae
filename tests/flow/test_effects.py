from __future__ import annotations

import pytest

from infra_audit.flow import effects
from infra_audit.flow.behaviour import Run

from .scripts import behave


def first(text: str) -> Run:
    return behave(text, directory="").runs[0]


MUTATES = {
    "sudo apt-get -y install nginx": "installs packages",
    "apt-get -o Dpkg::Use-Pty=0 install -y nginx": "installs packages",
    "apt-cache search nginx": "",
    "dnf install nginx": "installs packages",
    "dpkg -l": "",
    "dpkg -i x.deb": "installs packages",
    "apt-get update": "",
    "apt-get -yqq update": "",
    "apt-get -y dist-upgrade": "installs packages",
    "apt-get -s install nginx": "",
    "apt-get -qqs upgrade": "",
    "apt-get --just-print upgrade": "",
    "apt-get --download-only install nginx": "",
    "apt-get install -V nginx": "installs packages",
    "apt -y purge mysql-client": "removes packages",
    "apt-get autoremove -y": "removes packages",
    "dnf -y update": "installs packages",
    "dnf check-update": "",
    "yum remove nginx": "removes packages",
    "apk add nginx": "installs packages",
    "apk del nginx": "removes packages",
    "dpkg -P x": "removes packages",
    "rpm -Uvh x.rpm": "installs packages",
    "rpm -qi x": "",
    "rpm --import key": "changes package sources",
    "pacman -Sy": "",
    "pacman -Syu": "installs packages",
    "pacman -S --noconfirm nginx": "installs packages",
    "pacman -Rns nginx": "removes packages",
    "pacman -Qi nginx": "",
    "add-apt-repository ppa:a/b": "changes package sources",
    "apt-key list": "",
    "update-alternatives --display editor": "",
    "useradd --system app": "changes users",
    "id app": "",
    "systemctl enable --now shop": "changes services",
    "systemctl status shop": "",
    "systemctl is-active --quiet shop": "",
    "service shop status": "",
    "ufw --force enable": "changes the firewall",
    "ufw status": "",
    "firewall-cmd --permanent --add-port=1/tcp": "changes the firewall",
    "firewall-cmd --list-ports": "",
    "firewall-cmd --zone=public --query-port=1/tcp": "",
    "firewall-cmd --state": "",
    "firewall-cmd --get-default-zone": "",
    "iptables -I INPUT -j DROP": "changes the firewall",
    "iptables -nL INPUT": "",
    "iptables -t nat -C INPUT": "",
    "iptables -S": "",
    "iptables --list": "",
    "nft list ruleset": "",
    "systemctl list-units": "",
    "sysctl -w vm.swappiness=10": "changes the system",
    "sysctl -n vm.swappiness": "",
    "sysctl -a": "",
    "sysctl vm.swappiness": "",
    "certbot --version": "",
    "certbot --nginx -d a.example": "changes the system",
    "echo x >> /etc/fstab": "writes /etc/fstab",
    "echo x | tee /etc/fstab": "",
    "tee /etc/fstab": "writes /etc/fstab",
    "cp a /etc/nginx/sites-available/a": "writes /etc/nginx/sites-available/a",
    "cp /etc/hosts a": "",
    "cp /etc/ssh/sshd_config /etc/ssh/sshd_config.bak": "",
    "cp -a /etc/fstab /etc/fstab.backup.$(date +%s)": "",
    "cp /etc/a.conf /etc/b.conf": "writes /etc/b.conf",
    "mv /etc/a.conf /etc/a.conf.bak": "writes /etc/a.conf.bak",
    "rm -f /etc/nginx/sites-enabled/default": "removes /etc/nginx/sites-enabled/default",
    "mkdir -p /opt/shop": "writes /opt/shop",
    "chown -R app /var/lib/shop": "writes /var/lib/shop",
    "ls /etc 2>/dev/null": "",
    "cat /etc/hosts >x": "",
    "crontab -": "schedules a job",
    "crontab -l": "",
    "sed -i s/a/b/ /etc/hosts": "writes /etc/hosts",
    "sed s/a/b/ /etc/hosts": "",
    "npm ci": "",
}


@pytest.mark.parametrize(("text", "what"), MUTATES.items(), ids=MUTATES)
def test_what_changes_a_server(text: str, what: str) -> None:
    assert effects.mutates_server(first(text)) == what


RESTARTS = {
    "systemctl restart shop.service nginx": ("shop", "nginx"),
    "systemctl --user reload shop": ("shop",),
    "systemctl enable --now shop": ("shop",),
    "systemctl enable shop": (),
    'systemctl restart "$X"': ("*",),
    "systemctl daemon-reload": (),
    "service nginx reload": ("nginx",),
    "pm2 restart shop --update-env": ("shop",),
    "pm2 reload all": ("*",),
    "pm2 start ecosystem.config.js --only shop": ("shop",),
    "pm2 start npm --name shop -- start": ("shop",),
    "pm2 save": (),
    "supervisorctl restart shop": ("shop",),
    "docker compose -f a.yml up -d web": ("web",),
    "docker-compose up -d": ("*",),
    "docker compose build": (),
    "docker restart web": ("web",),
    "docker run -d --name web image": ("web",),
    "docker run --rm image": (),
    "nginx -s reload": ("nginx",),
    "nginx -t": (),
}


@pytest.mark.parametrize(("text", "units"), RESTARTS.items(), ids=RESTARTS)
def test_what_starts_anew(text: str, units: tuple[str, ...]) -> None:
    assert effects.restarts(first(text)) == units


STOPS = {
    "systemctl stop shop": ("shop",),
    "systemctl disable shop": (),
    "pm2 delete shop": ("shop",),
    "docker compose down": ("*",),
    "docker rm -f web": ("web",),
    "service shop stop": ("shop",),
}


@pytest.mark.parametrize(("text", "units"), STOPS.items(), ids=STOPS)
def test_what_is_taken_down(text: str, units: tuple[str, ...]) -> None:
    assert effects.stops(first(text)) == units


APPLICATIONS = {
    "npm ci --omit=dev": ("npm", "", ""),
    "npm --prefix web install": ("npm", "", ""),
    "npm install -g pm2": ("", "", ""),
    "npm install express": ("", "", ""),
    "pnpm -C web i --frozen-lockfile": ("pnpm", "", ""),
    "yarn": ("yarn", "", ""),
    "yarn --version": ("", "", ""),
    "pip install -r requirements.txt": ("pip", "", ""),
    "pip install gunicorn": ("", "", ""),
    "python3 -m pip install -r requirements.txt": ("pip", "", ""),
    "composer install --no-dev": ("composer", "", ""),
    "bundle install": ("bundle", "", ""),
    "npm run build": ("", "npm", ""),
    "pnpm build": ("", "pnpm", ""),
    "npx next build": ("", "next", ""),
    "docker build -t x .": ("", "docker", ""),
    "docker compose up -d --build": ("", "compose", ""),
    "npm run test": ("", "", ""),
    "npx prisma migrate deploy": ("", "", "prisma"),
    "pnpm exec prisma db push": ("", "", "prisma"),
    "npx prisma generate": ("", "", ""),
    "npm run db:migrate": ("", "", "npm"),
    "python manage.py migrate --noinput": ("", "", "django"),
    "bundle exec rails db:migrate": ("", "", "rails"),
    "alembic upgrade head": ("", "", "alembic"),
}


@pytest.mark.parametrize(("text", "expected"), APPLICATIONS.items(), ids=APPLICATIONS)
def test_installing_building_and_migrating(text: str, expected: tuple[str, str, str]) -> None:
    run = first(text)
    found = (effects.installs_dependencies(run), effects.builds(run), effects.migrates(run))
    assert found == expected


DUMPS = {
    "pg_dump shop": "postgresql",
    "pg_dump --version": "",
    "docker exec db pg_dump -U app shop": "postgresql",
    "docker compose exec -T db mysqldump shop": "mysql",
    'sqlite3 shop.db ".backup x.db"': "sqlite",
    'sqlite3 shop.db "select 1"': "",
    "cp data/shop.db /backup/": "sqlite",
    "cp a b": "",
    "tar czf x.tgz /var/lib/shop": "files",
    "tar xzf x.tgz -C /var/lib/shop": "",
    "restic -r s3:x/y backup /data": "files",
    "restic snapshots": "",
    "mongodump --uri x": "mongodb",
}


@pytest.mark.parametrize(("text", "engine"), DUMPS.items(), ids=DUMPS)
def test_what_takes_a_copy(text: str, engine: str) -> None:
    assert effects.dumps(first(text)) == engine


AWAY = {
    "aws s3 cp x s3://b/x": "s3://b/x",
    'aws s3 cp "$F" "s3://$B/x"': "s3",
    "aws s3 cp s3://b/x x": "",
    "rclone copy /backup remote:b": "remote:b",
    "rsync -a /backup/ me@host:/backup/": "me@host:/backup/",
    "rsync -a /a/ /b/": "",
    "scp x.gz host:": "host:",
    "scp host:x.gz x.gz": "",
    "restic -r s3:host/b backup /data": "s3:host/b",
    "restic -r /mnt/b backup /data": "",
    "gsutil cp x gs://b": "gs://b",
    "az storage blob upload -f x": "azure",
}


@pytest.mark.parametrize(("text", "place"), AWAY.items(), ids=AWAY)
def test_what_leaves_the_host(text: str, place: str) -> None:
    assert effects.copies_off_host(first(text)) == place


SCHEDULES = {
    "crontab -": "cron",
    "crontab -u app file": "cron",
    "crontab -l": "",
    "cat > /etc/cron.d/backup": "cron",
    "cp backup /etc/cron.daily/": "cron",
    "systemctl enable --now backup.timer": "timer",
    "systemctl enable backup": "",
}


@pytest.mark.parametrize(("text", "how"), SCHEDULES.items(), ids=SCHEDULES)
def test_what_runs_by_itself(text: str, how: str) -> None:
    assert effects.schedules(first(text)) == how


DONE = {
    # coreutils
    "mkdir /srv/shop": [("create", "folder", "/srv/shop", "no")],
    "mkdir -p /srv/a /srv/b": [
        ("create", "folder", "/srv/a", "yes"),
        ("create", "folder", "/srv/b", "yes"),
    ],
    "mkdir -m 700 /srv/shop": [("create", "folder", "/srv/shop", "no")],
    'mkdir "$DIR"': [("create", "folder", None, "no")],
    "ln -s /srv/shop /srv/now": [("create", "link", "/srv/now", "no")],
    "ln -sfn /srv/shop /srv/now": [("create", "link", "/srv/now", "yes")],
    "ln -sf /srv/shop /srv/now": [("create", "link", "/srv/now", "unknown")],
    "touch /srv/done": [("create", "file", "/srv/done", "yes")],
    "cp -a a b /srv/": [("write", "file", "/srv", "yes")],
    "cp -t /srv a b": [("write", "file", "/srv", "yes")],
    'cp /etc/hosts "$X"': [("write", "file", None, "yes")],
    "mv /srv/a /srv/b": [("write", "file", "/srv/b", "unknown")],
    "install -d -m 755 /srv/shop": [("create", "folder", "/srv/shop", "yes")],
    "install -m 755 shop /usr/local/bin/shop": [("write", "file", "/usr/local/bin/shop", "yes")],
    "rm -rf /srv/a": [("remove", "file", "/srv/a", "yes")],
    "rm /srv/a": [("remove", "file", "/srv/a", "no")],
    "chown -R shop:shop /srv/shop": [("own", "file", "/srv/shop", "yes")],
    'chown "$USER" /srv/shop': [("own", "file", "/srv/shop", "yes")],
    "chmod 600 /srv/.env": [("permit", "file", "/srv/.env", "yes")],
    "tee -a /etc/hosts": [("append", "file", "/etc/hosts", "no")],
    "echo x >> /etc/hosts": [("append", "file", "/etc/hosts", "no")],
    "echo x > /etc/hosts": [("write", "file", "/etc/hosts", "yes")],
    "echo x > /dev/null": [],
    "sed -i 's/a/b/' /etc/a /etc/b": [
        ("write", "file", "/etc/a", "unknown"),
        ("write", "file", "/etc/b", "unknown"),
    ],
    "sed -i '/x/a y' /etc/a": [("append", "file", "/etc/a", "no")],
    "sed -i.bak -e '$ a y' /etc/a": [("append", "file", "/etc/a", "no")],
    "sed -i -e '/y/d' -e '/x/a y' /etc/a": [("write", "file", "/etc/a", "unknown")],
    "sed -n '/x/p' /etc/a": [],
    "tar -xzf x.tgz -C /srv/shop": [("write", "file", "/srv/shop", "yes")],
    "tar czf /srv/x.tgz /opt/shop": [("write", "archive", "/srv/x.tgz", "yes")],
    "cd /srv && tar xzf x.tgz": [("write", "file", "/srv", "yes")],
    "tar tzf x.tgz": [],
    "unzip -o x.zip -d /srv/shop": [("write", "file", "/srv/shop", "yes")],
    # users, packages, firewall
    "useradd -m -s /bin/bash shop": [("create", "user", "shop", "no")],
    "useradd --help": [],
    "adduser --system shop": [("create", "user", "shop", "yes")],
    "adduser shop www-data": [("change", "user", "shop", "yes")],
    "groupadd -f shop": [("create", "group", "shop", "yes")],
    "usermod -aG docker shop": [("change", "user", "shop", "yes")],
    "apt-get -y install nginx git": [
        ("install", "package", "nginx", "yes"),
        ("install", "package", "git", "yes"),
    ],
    "apt-get update": [("fetch", "package-list", None, "yes")],
    "dnf -y remove nginx": [("remove", "package", "nginx", "yes")],
    "apk add --no-cache curl": [("install", "package", "curl", "yes")],
    "add-apt-repository -y ppa:a/b": [("configure", "package-source", None, "yes")],
    "ufw allow 22/tcp": [("change", "firewall", None, "yes")],
    "ufw status": [],
    "iptables -A INPUT -j DROP": [("append", "firewall", "iptables", "no")],
    "iptables -nL": [],
    "certbot --nginx -d shop.example": [("fetch", "certificate", None, "yes")],
    "certbot renew --dry-run": [],
    "crontab -": [("schedule", "cron", "-", "yes")],
    "crontab -l": [],
    # what keeps programs running
    "systemctl enable --now shop.service": [
        ("enable", "unit", "shop.service", "yes"),
        ("start", "unit", "shop.service", "yes"),
    ],
    "systemctl reload nginx": [("reload", "unit", "nginx", "yes")],
    "systemctl is-active shop": [],
    "service nginx restart": [("restart", "unit", "nginx", "yes")],
    "supervisorctl restart all": [("restart", "unit", None, "yes")],
    "nginx -s reload": [("reload", "proxy", "nginx", "yes")],
    "nginx -t": [],
    "pm2 start ecosystem.config.js": [("restart", "app", None, "yes")],
    "pm2 start dist/main.js --name shop": [("start", "app", "shop", "no")],
    "pm2 start npm --name shop -- start": [("start", "app", "shop", "no")],
    "pm2 start shop": [("start", "app", "shop", "unknown")],
    "pm2 restart shop --update-env": [("restart", "app", "shop", "yes")],
    "pm2 delete shop": [("stop", "app", "shop", "unknown"), ("remove", "app", "shop", "unknown")],
    "docker network create -d bridge shop": [("create", "network", "shop", "no")],
    "docker volume create shop": [("create", "volume", "shop", "yes")],
    "docker run -dit --name shop -p 80:80 image serve --help": [
        ("create", "container", "shop", "no"),
        ("start", "container", "shop", "no"),
    ],
    "docker run --rm image": [("run", "container", None, "unknown")],
    "docker compose -f a.yml up -d --build web": [
        ("build", "image", "web", "yes"),
        ("start", "service", "web", "yes"),
    ],
    "docker compose pull": [("fetch", "image", None, "yes")],
    "docker swarm init --advertise-addr 10.0.0.1": [("create", "swarm", "swarm", "no")],
    # applications
    "npm ci": [("install", "dependencies", None, "yes")],
    "npm install -g pm2": [("install", "program", None, "yes")],
    "npm init -y": [("create", "package", None, "yes")],
    "npx --yes prisma@6 migrate deploy": [("migrate", "database", None, "yes")],
    "pnpm exec prisma db push": [("migrate", "database", None, "yes")],
    "docker compose exec -T web npx prisma migrate deploy": [("migrate", "database", None, "yes")],
    # databases
    "createdb -O shop shop": [("create", "database", "shop", "no")],
    "createuser shop": [("create", "database-user", "shop", "no")],
    "mysqladmin create shop": [("create", "database", "shop", "no")],
    "pg_dump -f /backup/x.sql shop": [("dump", "postgresql", "/backup/x.sql", "yes")],
    "docker exec db pg_dump -f /x.sql shop": [("dump", "postgresql", None, "yes")],
    "pg_restore -d shop x.dump": [("restore", "postgresql", None, "unknown")],
    'psql -c "DROP TABLE x"': [("change", "database", None, "unknown")],
    'psql -c "SELECT 1"': [],
    'mysql -u root -e "CREATE TABLE x (y int)"': [("change", "database", None, "unknown")],
    "npm prune --omit=dev": [("change", "dependencies", None, "yes")],
    "systemctl unmask shop": [("change", "unit", "shop", "yes")],
    "sqlite3 shop.db '.backup x.db'": [("dump", "sqlite", None, "yes")],
    # other machines
    "git clone https://git.example.com/shop.git /srv/shop": [
        ("fetch", "checkout", "/srv/shop", "no")
    ],
    "cd /srv && git clone git@git.example.com:us/shop.git": [
        ("fetch", "checkout", "/srv/shop", "no")
    ],
    "git -C /srv/shop pull": [("fetch", "commits", None, "yes")],
    "curl -fsSL -o /usr/local/bin/x https://example.com/x": [
        ("fetch", "file", "/usr/local/bin/x", "yes")
    ],
    "rsync -az --delete dist/ me@host:/srv/shop/": [("send", "files", "me@host:/srv/shop/", "yes")],
    'rsync -a dist/ "${DEST:-/srv/shop}"': [("write", "file", "/srv/shop", "yes")],
    "scp host:x /srv/x": [("fetch", "file", "/srv/x", "yes")],
    "ssh -N -p 22 me@host": [("run", "host", "me@host", "unknown")],
    "unheard-of --all": [],
}


@pytest.mark.parametrize(("text", "done"), DONE.items(), ids=DONE)
def test_what_a_run_does(text: str, done: list[tuple[str, str, str | None, str]]) -> None:
    last = behave(text, directory="").runs[-1]
    found = [(e.kind, e.thing, e.target, e.repeats) for e in effects.effects(last)]
    assert found == done


def test_what_a_second_run_meets() -> None:
    (effect,) = effects.effects(first("useradd -m shop"))
    assert effect.again == "fails"
    assert effect.why == "the user `shop` exists then"
    assert effect.guard == "`id -u shop || …` before it"
    assert effect.source.startswith("useradd(8)")

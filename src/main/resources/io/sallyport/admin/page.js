'use strict';
(() => {
  const HOUR = 3600; // seconds that are remembered
  const FINE = 150; // seconds of it with every sample, the others ten seconds apart
  const WINDOW = 10; // seconds over which the p99 is taken
  const GAP = 25; // seconds without a sample, over which no line is drawn
  const WIDTH = 1000;
  const $ = id => document.getElementById(id);
  // An address with the user and the password in it, as the page's own may be, is none that a script may ask.
  const at = path => location.origin + path;

  // Text only, never markup: names from the wire are shown as they came.
  function el(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
    }
    element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== ''));
    return element;
  }

  function number(value, digits = 0) {
    return Number.isFinite(value) ? value.toLocaleString('en', {maximumFractionDigits: digits}) : '–';
  }
  function bytes(value) {
    if (!Number.isFinite(value)) return '–';
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
    return number(value, value < 10 && unit > 0 ? 1 : 0) + ' ' + units[unit];
  }
  function millis(seconds) {
    return Number.isFinite(seconds) ? number(seconds * 1000, seconds < 0.01 ? 1 : 0) + ' ms' : '–';
  }
  function words(tag) { return String(tag).replaceAll('_', ' '); }
  function age(seconds) {
    if (seconds < 90) return number(seconds) + ' s';
    if (seconds < 5400) return number(seconds / 60) + ' min';
    if (seconds < 129600) return number(seconds / 3600) + ' h';
    return number(seconds / 86400) + ' days';
  }
  function ago(time) { return age(Math.max(0, (Date.now() - Date.parse(time)) / 1000)) + ' ago'; }

  // ---- what happens now

  const tiles = [
    {id: 'connections', title: 'Connections open', series: [s => s.connections],
      text: s => [number(s.connections), el('small', {}, ' ' + number(s.handshaking) + ' in the handshake')]},
    {id: 'handshakes', title: 'Handshakes a second', series: [s => s.rate.success, s => s.rate.failure],
      text: s => [number(s.rate.success, 1), el('small', {}, ' good, ' + number(s.rate.failure, 1) + ' failed')]},
    {id: 'to-client', title: 'Bytes a second', series: [s => s.rate.toClient, s => s.rate.toBackend],
      text: s => [bytes(s.rate.toClient), el('small', {}, ' to clients, ' + bytes(s.rate.toBackend) + ' to backends')]},
    {id: 'p99', title: 'Handshake, 99th percentile', series: [s => s.p99],
      text: s => [s.p99Open ? '> ' + millis(s.p99) : millis(s.p99), el('small', {}, ' of the last ' + WINDOW + ' s')]},
    {id: 'delay', title: 'Event-loop delay', series: [s => s.delay],
      text: s => [millis(s.delay), el('small', {}, ' the longest, lately')]},
    {id: 'memory', title: 'Memory', series: [s => s.direct, s => s.heap],
      text: s => [bytes(s.direct), el('small', {}, ' direct, ' + bytes(s.heap) + ' heap')]},
  ];
  let samples = [];

  function buildTiles() {
    for (const tile of tiles) {
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('viewBox', '0 0 ' + WIDTH + ' 30');
      svg.setAttribute('preserveAspectRatio', 'none');
      svg.setAttribute('role', 'img');
      tile.paths = tile.series.map((_, index) => {
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        path.setAttribute('class', index === 0 ? 'first' : 'second');
        svg.append(path);
        return path;
      });
      tile.svg = svg;
      tile.value = el('p', {}, '–');
      $('now').append(el('div', {class: 'tile', id: 'tile-' + tile.id}, el('h3', {}, tile.title), tile.value, svg));
    }
  }

  function line(shown, of, top, end, span) {
    let path = '';
    let last = null;
    for (const sample of shown) {
      const value = of(sample);
      if (!Number.isFinite(value)) { last = null; continue; }
      const x = WIDTH * (1 - (end - sample.raw.time) / 1000 / span);
      const pen = last !== null && sample.raw.time - last < GAP * 1000 ? 'L' : 'M';
      path += pen + x.toFixed(1) + ' ' + (29 - 28 * value / top).toFixed(2);
      last = sample.raw.time;
    }
    return path;
  }

  function drawTiles() {
    const latest = samples[samples.length - 1];
    if (!latest) return;
    const span = Number($('span').value);
    const end = latest.raw.time;
    const shown = samples.filter(each => end - each.raw.time <= span * 1000);
    for (const tile of tiles) {
      tile.value.replaceChildren(...tile.text(latest).flat());
      const finite = tile.series.flatMap(of => shown.map(of)).filter(Number.isFinite);
      const top = Math.max(1e-9, ...finite);
      tile.paths.forEach((path, index) => path.setAttribute('d', line(shown, tile.series[index], top, end, span)));
      tile.svg.setAttribute('aria-label', tile.title + ' over ' + $('span').selectedOptions[0].textContent + ': now ' + tile.value.textContent);
    }
  }

  /** The least upper bound that 99 % of the handshakes of the last seconds stay under. */
  function p99(now, before) {
    const buckets = now.handshake_seconds.buckets;
    const past = before.handshake_seconds.buckets;
    const total = now.handshake_seconds.count - before.handshake_seconds.count;
    if (total <= 0) return [NaN, false];
    for (let i = 0; i < buckets.length; i++) {
      const below = buckets[i][1] - (past[i] ? past[i][1] : 0);
      if (below >= 0.99 * total) return [buckets[i][0], false];
    }
    return [buckets.length ? buckets[buckets.length - 1][0] : NaN, true];
  }

  function forgetOld(now) {
    let kept = -Infinity;
    samples = samples.filter(each => {
      const age = (now - each.raw.time) / 1000;
      if (age > HOUR || (age > FINE && each.raw.time - kept < 9500)) return false;
      kept = each.raw.time;
      return true;
    });
  }

  function remember(raw) {
    const last = samples[samples.length - 1];
    const seconds = last ? (raw.time - last.raw.time) / 1000 : 0;
    const per = (now, before) => seconds > 0 ? Math.max(0, now - before) / seconds : NaN;
    const before = last ? last.raw : raw;
    const past = samples.findLast(each => raw.time - each.raw.time >= WINDOW * 1000) || samples[0];
    const [quantile, open] = p99(raw, past ? past.raw : raw);
    samples.push({
      raw, connections: raw.connections, handshaking: raw.handshaking, p99: quantile, p99Open: open,
      delay: raw.event_loop_delay_seconds, direct: raw.direct_bytes, heap: raw.heap_bytes,
      rate: {
        success: per(raw.handshakes.success, before.handshakes.success),
        failure: per(raw.handshakes.failure, before.handshakes.failure),
        toClient: per(raw.bytes.backend_to_client, before.bytes.backend_to_client),
        toBackend: per(raw.bytes.client_to_backend, before.bytes.client_to_backend),
      },
    });
    forgetOld(raw.time);
    return last && raw.handshakes.failure !== before.handshakes.failure;
  }

  function onSample(raw) {
    const hasNews = remember(raw);
    setState(raw.state);
    drawTiles();
    if (hasNews) refreshFailures();
    if ($('filter-connection').value.trim()) refreshConnections();
  }

  /** What the process remembers and this page does not. */
  async function catchUp() {
    try {
      const answer = await fetch(at('/history'), {cache: 'no-store'});
      if (!answer.ok) return;
      const last = samples.length ? samples[samples.length - 1].raw.time : 0;
      (await answer.json()).filter(raw => raw.time > last).forEach(remember);
      drawTiles();
    } catch (e) {
      // The stream tells when the process is gone.
    }
  }

  function setState(state) {
    const badge = $('state');
    if (badge.textContent === state) return;
    badge.textContent = state;
    badge.className = 'badge ' + (state === 'ready' ? 'good' : state === 'no answer' ? 'bad' : 'warn');
  }

  // ---- failed handshakes

  const FILTERS = ['reason', 'listener', 'source', 'connection'];
  function filter(keys, limit) {
    const query = new URLSearchParams({limit});
    for (const key of keys) {
      const value = $('filter-' + key).value.trim();
      if (value) query.set(key, value);
    }
    return query;
  }

  let asking = false;
  let askAgain = false;
  async function refreshFailures() {
    if (asking) { askAgain = true; return; }
    asking = true;
    try {
      const answer = await fetch(at('/handshakes?' + filter(FILTERS, 50)), {cache: 'no-store'});
      // Half an address is none yet.
      if (answer.status === 400) $('filter-source').setAttribute('aria-invalid', 'true');
      else $('filter-source').removeAttribute('aria-invalid');
      if (answer.ok) drawFailures(await answer.json());
    } catch (e) {
      // The stream tells when the process is gone.
    } finally {
      asking = false;
      if (askAgain) { askAgain = false; setTimeout(refreshFailures, 1000); }
    }
  }

  function drawFailures(list) {
    const open = new Set([...document.querySelectorAll('#failures details[open]')].map(each => each.dataset.id));
    $('failures-none').hidden = list.length > 0;
    $('failures').replaceChildren(...list.map(each => failure(each, open)));
    addOptions('filter-reason', list.map(each => each.reason));
    addOptions('filter-listener', list.map(each => each.listener));
  }

  function addOptions(id, values) {
    const select = $(id);
    const known = new Set([...select.options].map(option => option.value));
    for (const value of new Set(values)) {
      if (value && !known.has(value)) select.append(el('option', {value}, words(value)));
    }
  }

  function flat(value) {
    if (value === null || value === undefined) return '';
    if (Array.isArray(value)) return value.map(flat).join(', ');
    if (typeof value === 'object') return Object.entries(value).map(([k, v]) => words(k) + ' ' + flat(v)).join('; ');
    return String(value);
  }

  function pairs(title, value) {
    if (value === null || value === undefined || value === '') return [];
    if (typeof value !== 'object' || Array.isArray(value)) {
      const text = flat(value);
      return text ? [el('dt', {}, title), el('dd', {}, text)] : [];
    }
    return Object.entries(value).flatMap(([key, each]) => {
      const text = flat(each);
      return text ? [el('dt', {}, title + ': ' + words(key)), el('dd', {}, text)] : [];
    });
  }

  function arrow(from) {
    const client = from === 'client';
    return el('span', {class: 'arrow', role: 'img', 'aria-label': client ? 'from the client' : 'to the client'});
  }

  function step(each) {
    const size = each.bytes === undefined ? '' : number(each.bytes) + ' B';
    const rest = [size, each.detail, each.complete === false ? 'never finished' : '', each.broke ? 'here it broke' : ''];
    const kind = (each.from === 'client' ? 'to-right' : 'to-left') + (each.broke ? ' break' : '') + (each.complete === false ? ' open-end' : '');
    return el('li', {class: kind},
      el('time', {}, each.ms === undefined ? '' : number(each.ms, 1) + ' ms'),
      el('div', {class: 'rung'},
        el('span', {}, el('strong', {}, words(each.what)), ' ',
          el('span', {class: each.broke ? null : 'quiet'}, rest.filter(Boolean).join(' · '))),
        arrow(each.from)));
  }

  function ladder(steps) {
    if (!steps || !steps.length) return null;
    return el('div', {class: 'ladder'},
      el('div', {class: 'ends', 'aria-hidden': 'true'}, el('span', {}, 'client'), el('span', {}, 'Sallyport')),
      el('ol', {class: 'steps', 'aria-label': 'steps of the handshake'}, steps.map(step)));
  }

  function served(certificates) {
    return (certificates || []).flatMap(each => [el('dt', {}, 'certificate'), el('dd', {},
      [flat(each.names) || each.subject, 'issued by ' + each.issuer, each.not_before + ' to ' + each.not_after, each.file]
        .join(' · '))]);
  }

  function failure(each, openIds) {
    const lists = each.connection + ' lists';
    const good = each.type === 'handshake_success';
    const allowed = {...each.allowed};
    delete allowed.certificates;
    const summary = el('summary', {},
      el('strong', {}, good ? 'handshake done' : words(each.reason)), ' ',
      el('span', {class: 'quiet'}, [each.client, each.server_name, each.listener, ago(each.time)].filter(Boolean).join(' · ')),
      each.cause ? el('div', {class: 'cause'}, each.cause) : null);
    return el('li', {class: good ? 'traced' : null}, el('details', {'data-id': each.connection, open: openIds.has(each.connection) ? '' : null}, summary,
      el('div', {class: 'body'},
        el('dl', {},
          pairs('what helps', each.fix), pairs('missing', each.missing), pairs('broke at', words(each.broke_at || '')),
          pairs('ended by', each.ended_by && words(each.ended_by) + ': ' + words(each.how) + (each.alert ? ' ' + each.alert : '')),
          pairs('detail', each.detail), served(each.allowed && each.allowed.certificates),
          el('dt', {}, 'connection'), el('dd', {}, choice('connection', each.connection))),
        ladder(each.steps),
        each.offered || each.allowed ? el('details', {'data-id': lists, open: openIds.has(lists) ? '' : null},
          el('summary', {}, 'What the client offered and the listener allows'),
          el('dl', {}, pairs('JA4', each.ja4), pairs('offered', each.offered), pairs('allowed', allowed))) : null)));
  }

  // ---- what is open

  /** A value that the page can be narrowed to. */
  function choice(key, value) {
    return el('a', {href: '#' + new URLSearchParams({...view(), [key]: value})}, value);
  }

  let counting = false;
  async function refreshConnections() {
    if (counting) return;
    counting = true;
    try {
      const answer = await fetch(at('/connections?' + filter(['listener', 'source', 'connection'], 20)), {cache: 'no-store'});
      if (answer.ok) drawConnections(await answer.json());
    } catch (e) {
      // The stream tells when the process is gone.
    } finally {
      counting = false;
    }
  }

  function drawConnections(now) {
    const id = $('filter-connection').value.trim();
    const shown = now.connections.length;
    $('connections-note').textContent = id && !shown
      ? id + ' is not open: it has ended, and the access log has its line, or it never was here.'
      : shown < now.open ? number(shown) + ' of ' + number(now.open) + ' are shown, the oldest first.' : '';
    table('connections', ['connection', 'client', 'server name', 'backend', 'to client', 'to backend', 'open for'],
      now.connections.map(each => row(
        choice('connection', each.connection),
        each.client + (each.client_certificate ? ' · ' + each.client_certificate : ''),
        [each.server_name, each.tls_version, each.alpn].filter(Boolean).join(' · '),
        each.server ? each.backend + ' · ' + each.server : each.tls_version ? each.backend || '' : 'in the handshake',
        bytes(each.backend_to_client_bytes), bytes(each.client_to_backend_bytes), age(each.duration_ms / 1000))));
    table('sources', ['client', 'connections', 'bytes'],
      now.busiest_sources.map(each => row(choice('source', each.source), number(each.connections), bytes(each.bytes))));
  }

  // ---- what the address of the page says

  function view() {
    const result = {};
    for (const key of FILTERS) {
      const value = $('filter-' + key).value.trim();
      if (value) result[key] = value;
    }
    if ($('span').value !== '120') result.span = $('span').value;
    return result;
  }

  function showView() {
    const hash = '#' + new URLSearchParams(view());
    history.replaceState(null, '', hash);
    $('link').setAttribute('href', hash);
  }

  function readView() {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const key of FILTERS) {
      const value = asked.get(key) || '';
      if (value && $('filter-' + key).options) addOptions('filter-' + key, [value]);
      $('filter-' + key).value = value;
    }
    $('span').value = asked.get('span') === '3600' ? '3600' : '120';
    $('link').setAttribute('href', location.hash || '#');
  }

  function refreshView() {
    drawTiles();
    refreshFailures();
    refreshConnections();
  }

  // ---- what is configured

  function table(id, heads, rows) {
    // On a phone each cell stands under the last one, with its head beside it.
    for (const each of rows) [...each.cells].forEach((cell, index) => cell.setAttribute('data-head', heads[index]));
    $(id).replaceChildren(
      el('thead', {}, el('tr', {}, heads.map(head => el('th', {scope: 'col'}, head)))),
      el('tbody', {}, rows.length ? rows : [el('tr', {}, el('td', {colspan: heads.length, class: 'quiet'}, 'none'))]));
  }
  function row(...cells) { return el('tr', {}, cells.map(cell => el('td', {}, cell))); }

  function daysLeft(end) { return (Date.parse(end) - Date.now()) / 86400000; }
  function left(end) {
    const days = daysLeft(end);
    // Rounded down: nobody is to believe that there is a day more.
    return days < 0 ? 'ended ' + ago(end)
      : days < 2 ? number(Math.floor(24 * days)) + ' h left' : number(Math.floor(days)) + ' days left';
  }

  function certificate(each) {
    const days = daysLeft(each.not_after);
    const grade = days < 0 ? 'bad' : days < 14 ? 'warn' : 'good';
    return row(each.name, words(each.kind), el('span', {class: grade}, left(each.not_after)), each.not_after);
  }

  /** One that an authority keeps: how long it lives is the authority's choice, so few days are no warning, but a failure is. */
  function ordered(each) {
    const due = (Date.parse(each.next_order) - Date.now()) / 1000;
    const result = [each.last_result ? words(each.last_result) : 'none since the start',
      each.failures > 1 ? number(each.failures) + ' times' : '', each.last_attempt ? ago(each.last_attempt) : ''];
    return row(flat(each.names), each.authority,
      each.not_after
        ? [el('span', {class: daysLeft(each.not_after) < 0 ? 'bad' : each.failures ? 'warn' : 'good'}, left(each.not_after)),
          el('div', {class: 'whole quiet'}, each.not_after)]
        : el('span', {class: 'bad'}, 'none yet'),
      el('span', {class: 'whole'}, due > 0 ? 'in ' + age(due) : 'now'),
      [el('span', {class: each.failures ? 'bad' : null}, result.filter(Boolean).join(' · ')),
        each.last_detail ? el('div', {class: 'words'}, each.last_detail) : '']);
  }

  function slowest(servers) {
    return Math.max(0, ...servers.flatMap(each => each.addresses.map(address => address.connect_ms || 0)));
  }

  function server(backend, each, queue) {
    const name = each.server + (each.backup ? ' (backup)' : '');
    if (each.addresses.length === 0) return [row(backend, name, el('span', {class: 'bad'}, 'no address' + (each.unresolved ? ': ' + each.unresolved : '')), '', '')];
    return each.addresses.map(address => row(
      backend + (queue && queue.waiting ? ' · ' + number(queue.waiting) + ' waiting' : ''),
      name === address.address ? name : name + ' · ' + address.address,
      el('span', {class: address.state === 'up' ? (each.state === 'ready' ? 'good' : 'warn') : 'bad'},
        words(address.state) + (each.state === 'ready' ? '' : ', ' + words(each.state))),
      each.max_connections === 0 ? number(address.connections)
        : number(address.connections) + ' of ' + number(each.max_connections),
      millis(address.connect_ms / 1000)));
  }

  async function refreshStatus() {
    try {
      const answer = await fetch(at('/status'), {cache: 'no-store'});
      if (!answer.ok) return;
      const status = await answer.json();
      $('build').textContent = status.version + ' · Java ' + status.java + ' · ' + status.tls + ' · ' + status.transport
        + ' · since ' + status.started
        + (status.log_level.until ? ' · log level ' + status.log_level.now + ' until ' + status.log_level.until : '');
      const routes = [];
      for (const [name, listener] of Object.entries(status.listeners)) {
        const rest = listener.redirect === 'off' ? listener.backend || 'refused' : 'redirected to ' + listener.redirect;
        routes.push(row(el('strong', {}, name), listener.address, 'everything else', rest));
        for (const route of listener.routes || []) {
          routes.push(row('', '', flat(route.server_names) + (route.alpn && route.alpn.length ? ' (ALPN ' + flat(route.alpn) + ')' : ''),
            route.backend + (route.passthrough ? ', passed through' : '')));
        }
        addOptions('filter-listener', [name]);
      }
      table('listeners', ['listener', 'address', 'server names', 'backend'], routes);
      const byEnd = [...status.certificates].sort((a, b) => Date.parse(a.not_after) - Date.parse(b.not_after));
      table('certificates', ['file', 'kind', 'ends in', 'at'], byEnd.map(certificate));
      $('acme-section').hidden = status.acme.length === 0;
      table('acme', ['names', 'authority', 'issued until', 'next order', 'last order'],
        [...status.acme].sort((a, b) => b.failures - a.failures || Date.parse(a.next_order) - Date.parse(b.next_order)).map(ordered));
      table('backends', ['backend', 'server', 'health', 'connections', 'connects in'],
        Object.entries(status.backends).sort(([, one], [, other]) => slowest(other) - slowest(one))
          .flatMap(([name, servers]) => servers.flatMap(each => server(name, each, status.backend_queues[name]))));
      const reload = status.last_reload;
      $('reload').textContent = [words(reload.result), ago(reload.time), reload.detail].filter(Boolean).join(' · ');
      $('reload').className = reload.result === 'failure' ? 'bad' : '';
    } catch (e) {
      // The stream tells when the process is gone.
    }
  }

  // ---- following

  let following = false;
  let stream = null;
  let statusTimer = null;
  function refreshAll() {
    refreshStatus();
    // A failure is counted before it can be asked for: the sample that has its number may come too early.
    refreshFailures();
    refreshConnections();
  }
  async function follow() {
    if (following || document.hidden) return;
    following = true;
    // First: samples are drawn in their order.
    await catchUp();
    if (!following) return;
    stream = new EventSource(at('/events'));
    stream.onmessage = event => onSample(JSON.parse(event.data));
    stream.onerror = () => {
      setState('no answer');
      // The browser gives up on a refusal, as of a token that was replaced: what is asked for next makes it ask the person.
      if (stream && stream.readyState === EventSource.CLOSED) { rest(); setTimeout(follow, 5000); }
    };
    refreshAll();
    statusTimer = setInterval(refreshAll, 5000);
  }
  function rest() {
    if (stream) stream.close();
    stream = null;
    following = false;
    clearInterval(statusTimer);
  }
  document.addEventListener('visibilitychange', () => document.hidden ? rest() : follow());
  for (const form of document.querySelectorAll('form')) {
    form.addEventListener('submit', event => event.preventDefault());
    form.addEventListener('input', () => { showView(); refreshView(); });
  }
  addEventListener('hashchange', () => { readView(); refreshView(); });
  readView();
  buildTiles();
  follow();
})();

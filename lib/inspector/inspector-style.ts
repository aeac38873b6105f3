/** The style of the pages, in the colours that the system asks for. All pairs of colours have a contrast of 4.5 to 1 or more. */
export const STYLE = `:root {
  color-scheme: light dark;
  --page: #f6f7f9; --panel: #fff; --line: #dfe3e8; --text: #1b1f24; --muted: #59636e;
  --accent: #295fcc; --on-accent: #fff; --good: #1a6b37; --good-back: #e4f5e9; --bad: #b3261e; --bad-back: #fdeceb;
  --badge: #e9edf2; --bars: #7b9fe6; --bars-bad: #d9776f;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1216; --panel: #171b21; --line: #2b323b; --text: #e6e9ed; --muted: #9ba6b2;
    --accent: #8db4ff; --on-accent: #0c1626; --good: #7fd699; --good-back: #12281a; --bad: #ff9d95; --bad-back: #331716;
    --badge: #262d36; --bars: #5a83d6; --bars-bad: #c9645c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); }
.inner { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-bottom: 4rem !important; }
main:focus { outline: none; }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; margin: 1.75rem 0 1rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code, pre { font: .86em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { margin: 0; padding: .6rem .75rem; background: var(--page); border: 1px solid var(--line); border-radius: 6px; overflow: auto; max-height: 24rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.muted, .hint { color: var(--muted); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; z-index: 1; background: var(--panel); padding: .5rem .75rem; }
.bar { background: var(--panel); border-bottom: 1px solid var(--line); }
.bar .inner { display: flex; flex-wrap: wrap; align-items: center; gap: 0 2rem; }
.app { display: flex; align-items: center; gap: .6rem; margin: .75rem 0; font-weight: 650; overflow-wrap: anywhere; }
.mark { width: 1.1rem; height: 1.1rem; border-radius: .3rem; background: var(--accent); }
nav ul { display: flex; gap: .25rem; list-style: none; margin: 0; padding: 0; }
nav li a { display: block; padding: .85rem .7rem; color: var(--muted); text-decoration: none; border-bottom: 2px solid transparent; }
nav li a:hover { color: var(--text); }
nav li a[aria-current] { color: var(--text); border-color: var(--accent); }
label { display: block; font-weight: 600; margin-bottom: .35rem; }
input[type=search], textarea { font: inherit; width: 100%; padding: .5rem .7rem; color: inherit; background: var(--panel); border: 1px solid var(--muted); border-radius: 6px; }
textarea { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .9rem; }
.hint { margin: 0 0 .5rem; max-width: 44rem; }
.line { display: flex; gap: .5rem; max-width: 36rem; }
form { margin: 0; }
form.cookie { margin-top: 1rem; max-width: 48rem; }
form.cookie button { margin-top: .75rem; }
button, .button { font: inherit; font-weight: 600; padding: .5rem .95rem; border: 1px solid transparent; border-radius: 6px; cursor: pointer; background: var(--accent); color: var(--on-accent); text-decoration: none; display: inline-block; }
.button, button.quiet { background: var(--panel); color: var(--accent); border-color: var(--line); }
button.quiet { padding: .2rem .7rem; }
.button:hover, button.quiet:hover { border-color: currentColor; }
button.danger { background: var(--panel); color: var(--bad); border-color: currentColor; }
button.danger:hover { background: var(--bad-back); }
.summary { color: var(--muted); margin: 1.25rem 0 .75rem; }
.empty { padding: 2rem 1rem; text-align: center; color: var(--muted); border: 1px dashed var(--line); border-radius: 8px; }
.notice { padding: .65rem .9rem; border-radius: 8px; background: var(--badge); }
.notice.good { background: var(--good-back); color: var(--good); }
.notice.bad { background: var(--bad-back); color: var(--bad); }
.badge { font-size: .8rem; padding: .08rem .45rem; border-radius: 99px; background: var(--badge); color: var(--text); white-space: nowrap; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); font-weight: inherit; vertical-align: middle; }
thead th { font-size: .82rem; color: var(--muted); white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
time { font-variant-numeric: tabular-nums; }
.cards { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; border-collapse: separate; border-spacing: 0; }
.cards tbody tr:last-child > * { border-bottom: 0; }
.cards tbody tr:hover > * { background: color-mix(in srgb, var(--badge) 45%, transparent); }
.cards td, .cards tbody th { overflow-wrap: anywhere; }
.cards time { white-space: nowrap; }
.action { text-align: right; }
.cards thead th:nth-child(6), .cards thead th:nth-child(7) { text-align: right; }
.more { margin: 1rem 0; display: flex; flex-wrap: wrap; gap: .5rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: flex-start; }
main > .actions { margin-bottom: 1rem; }
details.confirm { border: 1px solid var(--line); border-radius: 6px; background: var(--panel); max-width: 34rem; }
summary { cursor: pointer; padding: .5rem .9rem; font-weight: 600; }
details.confirm form { padding: 0 .9rem .9rem; }
details.confirm p { margin: .2rem 0 .75rem; }
.facts, .fields { margin: 0; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
.facts > div, .fields > div { display: grid; grid-template-columns: minmax(9rem, 13rem) 1fr; gap: .25rem 1rem; padding: .5rem .9rem; border-bottom: 1px solid var(--line); }
.facts > div:last-child, .fields > div:last-child { border-bottom: 0; }
dt { color: var(--muted); overflow-wrap: anywhere; }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.text { white-space: pre-wrap; }
.result { padding: .25rem 1.1rem .5rem; border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 8px; background: var(--panel); }
.result.good { border-left-color: var(--good); }
.result h2 { margin-top: .75rem; color: var(--bad); }
.result.good h2 { color: var(--good); }
.result h2 code { font-size: 1em; }
.steps { list-style: none; padding: 0; margin: 0; }
.steps li { padding: .3rem 0; }
.passed .badge { background: var(--good-back); color: var(--good); }
.failed .badge, .badge.error, .badge.invalid { background: var(--bad-back); color: var(--bad); }
.charts { list-style: none; margin: 0 0 .75rem; padding: 0; display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.charts li { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .75rem .9rem; }
.charts p { margin: 0; }
.charts .name { color: var(--muted); font-size: .87rem; }
.charts .total { font-size: 1.5rem; font-weight: 650; line-height: 1.3; font-variant-numeric: tabular-nums; }
.charts svg { display: block; width: 100%; height: 2.25rem; margin-top: .35rem; }
.charts rect { fill: var(--bars); }
.charts .bad rect { fill: var(--bars-bad); }
.charts rect.none { fill: var(--line); }
.scroll { overflow-x: auto; max-height: 24rem; }
.live { display: flex; align-items: center; gap: .75rem; color: var(--muted); margin: 0 0 .75rem; }
.live.on::before { content: ""; width: .6rem; height: .6rem; border-radius: 50%; background: var(--good); }
.events { list-style: none; margin: 0; padding: 0; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
.events:empty { display: none; }
.events li { display: grid; grid-template-columns: auto 6.2rem minmax(0, 1fr) auto; gap: .1rem .75rem; align-items: baseline; padding: .5rem .9rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.events li:last-child { border-bottom: 0; }
.events .badge { justify-self: start; }
@media (max-width: 46rem) {
  .cards, .cards tbody, .cards tr, .cards th, .cards td { display: block; }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards { border: 0; background: none; }
  .cards tr { position: relative; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; margin-bottom: .75rem; padding: .35rem 0; }
  .cards tbody tr { display: grid; grid-template-columns: 1fr 1fr 1fr; padding: .5rem 0; }
  .cards td, .cards tbody th { border: 0; padding: .2rem .9rem; text-align: left; }
  .cards tbody th, .cards td[data-label=Principal] { grid-column: 1 / -1; }
  .cards td[data-label]::before { content: attr(data-label); display: block; color: var(--muted); font-size: .8rem; }
  .cards .action { position: absolute; top: .5rem; right: 0; }
  .charts { grid-template-columns: 1fr 1fr; }
  .cards tbody tr:hover > * { background: none; }
  .facts > div, .fields > div { grid-template-columns: 1fr; }
  .events li { grid-template-columns: auto 1fr; }
  .events .what, .events .muted { grid-column: 1 / -1; }
  .bar .inner { padding: 0 .75rem; }
  .app { margin: .6rem 0 0 .5rem; }
  nav ul { gap: 0; }
  nav li a { padding: .6rem .5rem; }
  nav { width: 100%; }
}
@media print { .action, .search, .more, button { display: none; } }
`;

// Bundle the page into build/: index.html, and dist/ with one script and one style sheet. The names
// in dist/ hold a hash of the content, so that a browser may keep these files for ever.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";

const OUT = "build";

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT);
const result = await build({
  entryPoints: { app: "src/main.jsx" },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  jsx: "automatic",
  loader: { ".svg": "empty" },
  external: ["data:*"],
  define: { "process.env.NODE_ENV": '"production"' },
  entryNames: "[name]-[hash]",
  legalComments: "none",
  outdir: `${OUT}/dist`,
  metafile: true,
});
const made = Object.keys(result.metafile.outputs).map((path) => `dist/${basename(path)}`);
const script = made.find((path) => path.endsWith(".js"));
const style = made.find((path) => path.endsWith(".css"));
const page = await readFile("src/index.html", "utf8");
await writeFile(`${OUT}/index.html`, page.replace("%SCRIPT%", script).replace("%STYLE%", style));
for (const path of ["index.html", script, style]) console.log(path);

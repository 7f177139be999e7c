// A reporter of `node --test` that writes its events as lines of JSON.
export default async function* (source) {
  for await (const { type, data } of source) {
    if (type === "test:start" || type === "test:pass" || type === "test:fail") {
      const { name, nesting, file, skip, todo, details } = data;
      const kind = details?.type ?? "test";
      const code = details?.error?.failureType ?? "";
      yield JSON.stringify({ type, name, nesting, file, skip, todo, kind, code }) + "\n";
    }
  }
}

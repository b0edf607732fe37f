import { createManualClock } from "@mem/core";
import { expect, it } from "vitest";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

it("a process that was idle saves at once, though what others did meanwhile was judged by versions that are gone", async () => {
  const uri = await storeFolder();
  const store = openStore(uri);
  await store.save(scope, [write("first"), write("second")]);
  await store.flush();
  const clock = createManualClock();
  const idle = openStore(uri, { clock });
  expect(await idle.count(scope)).toBe(2);
  await store.save(scope, [
    write("first", { ifAbsent: true }),
    write("third", { value: 3, ifNew: true }),
  ]);
  await store.erase({ scope, key: "second" });
  clock.advance(60_000);
  const answers = await Promise.all(
    [1, 2, 3].map((value) => idle.save(scope, [write("last", { value })])),
  );
  expect(answers.flat().map(({ stored }) => stored)).toEqual([true, true, true]);
  expect(await idle.count(scope)).toBe(3);
  expect(await store.get(scope, ["last"])).toMatchObject([{ value: 3 }]);
});

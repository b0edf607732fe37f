import { growth } from "../search/growth.ts";
import { hybrid } from "../search/hybrid.ts";
import { keyword } from "../search/keyword.ts";
import { clusteredVectors, isotropicVectors, millionVectors } from "../search/vectors.ts";
import type { Suite } from "../suite.ts";

export const searchSuite: Suite = {
  name: "search",
  about: "how long a search takes on LanceDB, beside LanceDB itself and a plain scan",
  takes: "about seven minutes, and fifteen more the first time",
  peers: [],
  experiments: [keyword, hybrid, growth, clusteredVectors, isotropicVectors, millionVectors],
  notes: [
    "A search returns ten hits with their entries, parsed and checked; LanceDB by itself returns ten rows, and the scan returns keys. LanceDB's query for candidates returns 32 rows with their text, as many as our search begins with.",
    "The scan has all vectors in memory (100 MB or 500 MB) and does nothing else.",
    "The question's vector is given: the time that a model takes is not part of a search.",
  ],
};

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
    "A search gives ten hits with their entries, parsed and checked; LanceDB by itself gives ten rows, and the scan keys. As candidates LanceDB gives 32 rows with their text, as many as a search of ours begins with.",
    "The scan has all vectors in memory, 100 MB or 500 MB of them, and does nothing else.",
    "The question's vector is at hand: what a model takes is no part of a search.",
  ],
};

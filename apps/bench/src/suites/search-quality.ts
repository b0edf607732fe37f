import { SET_NAMES, type SetName } from "../data/sources.ts";
import { hybridQuality } from "../search-quality/hybrid.ts";
import { keywordQuality, type KeywordGoals } from "../search-quality/keyword.ts";
import type { Suite } from "../suite.ts";

/** The stretch: above the best that public tools were measured to reach on the same files, LanceDB's index among them. */
const GOALS: Readonly<Record<SetName, KeywordGoals>> = {
  locomo: {
    alone: { target: 0.49, stretch: 0.5064 },
    inSequence: { target: 0.55, stretch: 0.6 },
  },
  qmsum: {
    alone: { target: 0.44, stretch: 0.4539 },
    inSequence: { target: 0.49, stretch: 0.53 },
  },
  cranfield: { alone: { target: 0.52, stretch: 0.5278 } },
  vaswani: { alone: { target: 0.435, stretch: 0.441 } },
  banking77: { alone: { target: 0.7, stretch: 0.7061 } },
};

export const searchQualitySuite: Suite = {
  name: "search-quality",
  about: "what search finds on five public sets, beside a textbook and what others do",
  takes: "about six minutes",
  peers: ["minisearch", "@orama/orama", "@langchain/langgraph-checkpoint"],
  needsData: true,
  experiments: [
    ...SET_NAMES.map((name) => keywordQuality(name, GOALS[name])),
    ...SET_NAMES.map((name) => hybridQuality(name)),
  ],
  notes: [
    "nDCG@10 with linear gain, recall@10 and MRR@10 as trec_eval computes them, the mean over all queries. Sets with scopes are searched within the scope of the query.",
    "One set of constants for all sets; k1, b, stop words and the shares of neighbours are those of every store.",
    "Textbook BM25, MiniSearch and Orama have an index for each scope, LanceDB one table with a condition on the scope.",
    "The embedders are simulated: how well a vector knows what answers a question is set for each set so that it reaches the same share of textbook BM25 everywhere, and its errors lie with texts that are spelled alike, too. hashing is the one that comes with core.",
  ],
};

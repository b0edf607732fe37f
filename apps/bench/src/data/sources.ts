export const SET_NAMES = ["locomo", "qmsum", "cranfield", "vaswani", "banking77"] as const;

export type SetName = (typeof SET_NAMES)[number];

/** A public set: where it comes from, and how it has to look in the layout that the figures were measured on. */
export interface Source {
  readonly what: string;
  readonly licence: string;
  readonly from: readonly string[];
  /** How its lines are made from what is downloaded. */
  readonly layout: readonly string[];
  readonly isScoped: boolean;
  readonly counts: Counts;
  /** The beginning of the SHA-256 of what was measured, as `digestOf` computes it. */
  readonly digest: string;
}

export interface Counts {
  readonly docs: number;
  readonly queries: number;
  readonly judgements: number;
}

export const SOURCES: Readonly<Record<SetName, Source>> = {
  locomo: {
    what: "turns of ten long conversations, and questions with the turns that answer them",
    licence: "CC BY-NC 4.0",
    from: ["https://github.com/snap-research/locomo (data/locomo10.json)"],
    layout: [
      "A document is a turn, in the order of sessions and turns: id SAMPLE/DIA_ID (conv-26/D1:3), text SPEAKER: TEXT, followed by [shares CAPTION] if the turn shares a picture that has a caption; meta.scope is SAMPLE, meta.session the number of the session.",
      "A query is a question that has evidence: id SAMPLE/qN, where N counts all questions of the sample from 0; meta.scope is SAMPLE.",
      "A judgement is a turn that the evidence names and that exists; rel 1. An evidence item that names several turns is split.",
    ],
    isScoped: true,
    counts: { docs: 5882, queries: 1982, judgements: 2820 },
    digest: "0fae6e354f59",
  },
  qmsum: {
    what: "passages of product, academic and committee meetings, and questions about them",
    licence: "MIT",
    from: ["https://github.com/Yale-LILY/QMSum (data/Product, Academic, Committee: val and test)"],
    layout: [
      "A document is a run of turns of one meeting: each turn is SPEAKER: TEXT on its own line, without sound marks ({vocalsound} and the like). It ends with the turn that brings it to 120 words, counting the marks but not the speakers, or with the fortieth turn; id MEETING/cN, where N counts from 0; meta.scope is MEETING, such as Product-test-0 (domain, split, position of the file).",
      "A query is one of the specific queries: id MEETING/qN; meta.scope is MEETING.",
      "A judgement is a passage that contains a turn of the query's relevant spans; rel 1.",
    ],
    isScoped: true,
    counts: { docs: 3688, queries: 464, judgements: 2306 },
    digest: "4fd827d2335a",
  },
  cranfield: {
    what: "abstracts about aerodynamics, with graded judgements",
    licence: "for research",
    from: ["http://ir.dcs.gla.ac.uk/resources/test_collections/cran/ (cran.tar.gz)"],
    layout: [
      "A document is an entry of cran.all.1400: id .I, text .W with its lines joined by spaces. Two documents are empty.",
      "A query is an entry of cran.qry: id is its position, counted from 1, text .W.",
      "A judgement is a line of cranqrel: rel is 5 minus its code, or 4 for the code -1.",
    ],
    isScoped: false,
    counts: { docs: 1400, queries: 225, judgements: 1837 },
    digest: "500e6fdd6e9b",
  },
  vaswani: {
    what: "abstracts about electronics, also known as NPL",
    licence: "for research",
    from: ["http://ir.dcs.gla.ac.uk/resources/test_collections/npl/ (npl.tar.gz)"],
    layout: [
      "A document is an entry of doc-text, a query an entry of query-text: in lower case, lines joined by spaces, ids unchanged.",
      "A judgement is a document that rlv-ass names for a query; rel 1.",
    ],
    isScoped: false,
    counts: { docs: 11_429, queries: 93, judgements: 2083 },
    digest: "75164635e3b5",
  },
  banking77: {
    what: "questions of a bank's customers, by intent",
    licence: "CC BY 4.0",
    from: [
      "https://github.com/PolyAI-LDN/task-specific-datasets (banking_data/train.csv, test.csv)",
    ],
    layout: [
      "A document is a row of train.csv: id dN, where N counts from 0.",
      "A query is every eighth row of test.csv: id qN, N = 0, 8, 16, ...",
      "A judgement is a document of the query's intent; rel 1.",
    ],
    isScoped: false,
    counts: { docs: 10_003, queries: 385, judgements: 50_015 },
    digest: "4ad819ce8ee8",
  },
};

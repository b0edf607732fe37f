import { describe, expect, it } from "vitest";
import { searchableText } from "../src/searchable-text.ts";

describe("the text that stands for a value in search", () => {
  it("is a string itself", () => {
    expect(searchableText("Open rates rise on Tuesdays")).toBe("Open rates rise on Tuesdays");
  });

  it("names the words and numbers of an object by their properties", () => {
    const value = {
      campaign: "Spring",
      budget: 5000,
      live: true,
      channels: ["email", { name: "ads" }],
    };
    expect(searchableText(value)).toBe(
      "campaign: Spring\nbudget: 5000\nchannels: email\nname: ads",
    );
  });

  it("is empty where there are no words", () => {
    expect(searchableText([true, null, {}])).toBe("");
  });
});

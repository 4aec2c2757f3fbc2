import { render } from "preact";
import { App } from "./app";
import "./style/base.css";
import "./style/shell.css";
import "./style/chat.css";
import "./style/turn.css";
import "./style/markdown.css";
import "./style/pages.css";
import "./style/knowledge.css";
import "./style/plots.css";

const root = document.getElementById("app");
if (root) render(<App />, root);

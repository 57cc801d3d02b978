// A department's boxes with the case at hand beside them.
import "./photos.js";
import "./beside.js";

package org.mtrljudge.standalone.page;

import java.util.Base64;
import java.util.List;

/** Builds a page. It escapes text and embeds pictures. */
public final class HtmlPage {
    private static final int MAX_TEXT_LENGTH = 4000;
    private static final String HEAD = """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>%1$s</title>
            <style>
            body{font:15px/1.5 system-ui,sans-serif;max-width:%2$drem;margin:2rem auto;padding:0 1rem;color:#222}
            table{border-collapse:collapse;width:100%%}td,th{padding:.3rem .6rem;border-bottom:1px solid #ddd;text-align:right}
            td:first-child,th:first-child{text-align:left}img.plot{max-width:100%%;margin:1rem 0}
            .wide{overflow-x:auto}
            .case{display:flex;gap:1rem;border:1px solid #ddd;border-radius:6px;padding:1rem;margin:1rem 0}
            .case img{width:9rem;height:auto;display:block;margin-bottom:.5rem;image-rendering:pixelated}
            pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f6f6;padding:.5rem;margin:.3rem 0}
            .was{color:#a33}.is{color:#273}.small{color:#666;font-size:.9em}
            </style><h1>%1$s</h1>
            """;
    private final StringBuilder html = new StringBuilder();

    /** @param widthRem the width of the text, in units of the font size of the browser */
    public HtmlPage(final String title, final int widthRem) {
        html.append(String.format(HEAD, escape(title), widthRem));
    }

    /** Adds text that is already HTML. */
    public HtmlPage raw(final String markup) {
        html.append(markup);
        return this;
    }

    /** Adds an element that contains only text. */
    public HtmlPage element(final String name, final String text) {
        html.append('<').append(name).append('>').append(escape(text));
        html.append("</").append(name).append(">\n");
        return this;
    }

    /** Adds a table, which may be wider than the page. */
    public HtmlPage table(final List<String> columns, final List<List<String>> rows) {
        html.append("<div class=wide><table>");
        row("th", columns);
        rows.forEach(row -> row("td", row));
        html.append("</table></div>\n");
        return this;
    }

    private void row(final String cell, final List<String> texts) {
        html.append("<tr>");
        texts.forEach(text -> html.append('<').append(cell).append('>').append(escape(text)));
        html.append('\n');
    }

    /** @param png the plot to add, as the bytes of a PNG file */
    public HtmlPage plot(final byte[] png, final String description) {
        html.append("<img class=plot alt=\"")
                .append(escape(description))
                .append("\" src=\"")
                .append(dataUri(png))
                .append("\">\n");
        return this;
    }

    /** The complete page. */
    public String end() {
        return html.append("</html>\n").toString();
    }

    /** The data URL of a picture. @param image a PNG or JPEG file */
    public static String dataUri(final byte[] image) {
        final boolean jpeg = image.length > 2 && image[0] == (byte) 0xFF && image[1] == (byte) 0xD8;
        return "data:image/" + (jpeg ? "jpeg" : "png") + ";base64,"
                + Base64.getEncoder().encodeToString(image);
    }

    /** Escapes text, so that a browser does not read it as markup, and cuts long text. */
    public static String escape(final String text) {
        final String cut = text.length() > MAX_TEXT_LENGTH ? text.substring(0, MAX_TEXT_LENGTH) + " …" : text;
        return cut.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
